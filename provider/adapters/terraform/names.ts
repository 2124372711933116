/** `privateKeySource` as Terraform spells it: `private_key_source`; `MtlsCertificate`: `mtls_certificate`. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`).replace(/^_/, "");
}

/** The name of a resource, by its type in the core. */
export const resourceName = (type: string): string => `zuplo_${snake(type)}`;

/** The name of a data source, by that of its function: `getDeployments` is `zuplo_deployments`. */
export const dataSourceName = (lookup: string): string => resourceName(lookup.replace(/^get/, ""));

/** The path of a property, such as `stages[0].privateKey`, as Terraform spells it. */
export const snakePath = (path: string): string => path.split(".").map(snake).join(".");
