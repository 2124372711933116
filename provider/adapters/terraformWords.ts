import { z } from "zod";
import { functionSchemas } from "../lookups/contracts";
import { contracts } from "../resources";
import { mtlsBindingContract } from "../resources/mtlsBinding/contract";
import { inWords, type Vocabulary } from "../text/vocabulary";
import { dataSourceName, resourceName, snake } from "./terraform/names";

const vocabulary: Vocabulary = {
  apply: "`terraform apply`",
  cancel: "`terraform force-unlock` if the state is still locked",
  forget: "`terraform state rm ADDRESS`",
  editState: "Correct the state: write it to a file with `terraform state pull`, and push that file again",
  inTheWay: "",
  moreAtOnce: "a higher `-parallelism` of `terraform apply`",
  setting: name => `\`${snake(name)}\``,
  set: name => `\`${snake(name)}\` of provider "zuplo"`,
};

/** A message of the core as users of Terraform read it: with its commands, and its names for what they write. */
export function inTerraformWords(text: string): string {
  return inWords(text, vocabulary)
    .split(quoted)
    .map(part => (part.startsWith("'") ? part : inNames(part)))
    .join("");
}

/** A text such as `${fingerprint}`, for which the provider puts something, is written with two signs. */
function inNames(text: string): string {
  return text.replace(words, word => spelled().get(word) ?? word).replace(/(?<!\$)\$\{(?=\w)/g, "$$$${");
}

/** What others wrote stands between these, and stays as it is. */
const quoted = /((?<!\w)'[^'\n]*')/;
/** Where a name of the core can stand, and no part of a path, of a longer name or of a `${placeholder}`. */
const words = /(?<![\w/{-])[A-Za-z]\w*(?![\w/-])/g;

let names: Map<string, string> | undefined;

/** The names that the core has for a program and what it writes, and Terraform's. */
function spelled(): ReadonlyMap<string, string> {
  if (names !== undefined) return names;
  const all = [...contracts, mtlsBindingContract];
  const functions = Object.entries(functionSchemas);
  const schemas = [
    ...all.flatMap(({ inputs, outputs }) => [inputs, outputs]),
    ...functions.flatMap(([, { inputs, outputs }]) => [inputs, outputs]),
  ];
  names = new Map([
    ["program", "configuration"],
    ...schemas.flatMap(propertiesIn).map((name): [string, string] => [name, snake(name)]),
    ...all.map(({ type }): [string, string] => [type, resourceName(type)]),
    ...functions.map(([name]): [string, string] => [name, `data.${dataSourceName(name)}`]),
  ]);
  return names;
}

function propertiesIn(schema: z.ZodType): string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "properties") found.push(...Object.keys(inner as object));
      visit(inner);
    }
  };
  visit(z.toJSONSchema(schema, { io: "input" }));
  return found;
}
