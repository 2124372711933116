import { functionSchemas } from "../lookups/contracts";
import { contracts } from "../resources";
import { mtlsBindingContract } from "../resources/mtlsBinding/contract";
import { configProperties } from "./config";
import { Converter, objectSpec, token } from "./convert";
import { withExamples } from "./examples";
import { type Manifest, metadataOf } from "./manifest";
import { componentSpec, resourceSpec } from "./resources";
import type { FunctionSpec, PackageSpec } from "./spec";

/** The schema of the package, from the same zod schemas that validate the arguments. */
export function packageSpec(manifest: Manifest): PackageSpec {
  const converter = new Converter();
  const described = Object.fromEntries(
    contracts.map(contract => [token(contract.type), resourceSpec(contract, converter)]),
  );
  const binding = componentSpec(mtlsBindingContract, converter);
  const functions = Object.fromEntries(
    Object.entries(functionSchemas).map(([name, { description, inputs, outputs }]) => {
      const spec: FunctionSpec = {
        description: withExamples(name, description),
        inputs: objectSpec(converter.object(inputs)),
        outputs: objectSpec(converter.result(outputs)),
      };
      return [token(name), spec];
    }),
  );
  const { version, description, keywords, license } = manifest;
  const { homepage, repository, publisher, logoUrl, pluginDownloadURL } = metadataOf(manifest) ?? {};
  return sorted({
    name: "zuplo",
    displayName: "Zuplo",
    version,
    description,
    keywords,
    license,
    homepage,
    repository,
    publisher,
    logoUrl,
    pluginDownloadURL,
    meta: { moduleFormat: "(.*)" },
    config: { variables: configProperties() },
    types: converter.types,
    provider: {
      description:
        "The connection to Zuplo. A resource without an explicit provider uses the stack's configuration.",
      inputProperties: configProperties(),
    },
    resources: { ...described, [token(mtlsBindingContract.type)]: binding },
    functions,
    language: languages(manifest),
  });
}

function languages({ peerDependencies }: Manifest): PackageSpec["language"] {
  return {
    csharp: {
      namespaces: { zuplo: "Zuplo" },
      packageReferences: { Pulumi: "3.*" },
      respectSchemaVersion: true,
    },
    go: { generateResourceContainerTypes: true, respectSchemaVersion: true },
    nodejs: {
      packageName: "pulumi-zuplo",
      dependencies: { ...peerDependencies },
      respectSchemaVersion: true,
    },
    python: {
      packageName: "pulumi_zuplo",
      pyproject: { enabled: true },
      requires: { pulumi: ">=3.139.0,<4.0.0" },
      inputTypes: "classes-and-dicts",
      respectSchemaVersion: true,
    },
  };
}

/** The names in every table in alphabetical order, so that the order in the sources makes no difference. */
function sorted(spec: PackageSpec): PackageSpec {
  const { types, resources, functions } = spec;
  return { ...spec, types: byName(types), resources: byName(resources), functions: byName(functions) };
}

function byName<T>(table: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(table).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The text of schema.json. */
export function schemaText(manifest: Manifest): string {
  const isOurs = (key: string) => key === "words" || key === "exactlyOne";
  const written = (key: string, value: unknown) => (isOurs(key) ? undefined : value);
  return `${JSON.stringify(packageSpec(manifest), written, 2)}\n`;
}
