// Any resources, as inputs.json lists them: { type, name, args, opts? }. A text such as "${backend.name}" stands for an
// output of the resource of that key, { secret } for a secret; `parent` and `dependsOn` are keys.
const { readFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");

const { native = false, resources } = JSON.parse(readFileSync("inputs.json", "utf8"));
const zuplo = require(native ? "pulumi-zuplo/native" : "pulumi-zuplo");
const made = new Map();

for (const { key, type, name, args, opts = {} } of resources) {
  const { dependsOn = [], parent, ...others } = opts;
  const resource = new zuplo[type](name, resolve(args), {
    ...others,
    ...(parent === undefined ? {} : { parent: made.get(parent) }),
    dependsOn: dependsOn.map(each => made.get(each)),
  });
  made.set(key ?? name, resource);
}

function resolve(value) {
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value === "object" && value !== null) {
    if ("secret" in value) return pulumi.secret(value.secret);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(each)]));
  }
  const reference = typeof value === "string" ? /^\$\{([^.}]+)\.(\w+)\}$/.exec(value) : null;
  return reference === null ? value : made.get(reference[1])[reference[2]];
}
