// The native classes: any resources, as inputs.json lists them: { type, name, args, opts? }.
const { readFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const zuplo = require("pulumi-zuplo/native");

// { "secret": VALUE } stands for a secret, at any depth.
const { resources } = JSON.parse(readFileSync("inputs.json", "utf8"), (_key, value) =>
  value?.secret === undefined ? value : pulumi.secret(value.secret),
);
for (const { type, name, args, opts } of resources) {
  const resource = new zuplo[type](name, args, opts);
  exports[name] = resource.name;
}
