/** The registries' pages of this checkout, and what is wrong with them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import {
  overview,
  type Pages,
  type PulumiPackage,
  problemsForPulumi,
  problemsForTerraform,
  setUp,
} from "./registries";

const root = join(__dirname, "../..");
const terraformDocs = join(root, "docs/terraform");

const schemaOf = z.object({
  name: z.string(),
  displayName: z.string(),
  resources: z.record(z.string(), z.unknown()),
  functions: z.record(z.string(), z.unknown()),
});

/** What `schema.json` says of the package. */
export function pulumiPackage(): PulumiPackage {
  const { name, displayName, resources, functions } = schemaOf.parse(
    JSON.parse(readFileSync(join(root, "schema.json"), "utf8")),
  );
  const members = Object.keys({ ...resources, ...functions }).map(token => token.split(":").at(-1) ?? token);
  return { name, displayName, members };
}

export function pulumiPages(): Pages {
  return new Map([overview, setUp].map(file => [file, readFileSync(join(root, file), "utf8")]));
}

export function terraformPages(): Pages {
  const files = readdirSync(terraformDocs, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
  return new Map(
    files.map(file => [
      file.slice(terraformDocs.length + 1).replaceAll("\\", "/"),
      readFileSync(file, "utf8"),
    ]),
  );
}

export const registryProblems = () => ({
  "Pulumi's registry": problemsForPulumi(pulumiPages(), pulumiPackage()),
  "the registries of Terraform and OpenTofu": problemsForTerraform(terraformPages(), pulumiPackage().name),
});
