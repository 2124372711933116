import type { Identity } from "../../certificates/identity";

/**
 * Terraform tells a provider neither the address of a resource nor where its state lies: what the program gives for the
 * name tells one certificate from another.
 */
export const identityOfPrefix = (resource: string): Identity => ({
  project: "terraform",
  stack: "",
  parents: "",
  resource,
});

/** One that only its key tells from others; `resource` is how messages speak of it. */
export const identityOfKey = (key: string, resource: string): Identity => ({
  ...identityOfPrefix(resource),
  parents: key,
});
