// The native classes: any resources, as inputs.json lists them: { type, name, args, opts? }.
const { readFileSync } = require("node:fs");
const zuplo = require("pulumi-zuplo/native");

const { resources } = JSON.parse(readFileSync("inputs.json", "utf8"));
for (const { type, name, args, opts } of resources) {
  const resource = new zuplo[type](name, args, opts);
  exports[name] = resource.name;
}
