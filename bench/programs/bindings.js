// Bindings with the dynamic classes, as inputs.json lists them.
const { readFileSync } = require("node:fs");
const { MtlsBinding } = require("pulumi-zuplo");

for (const { name, files, variable, stages } of JSON.parse(readFileSync("inputs.json", "utf8"))) {
  new MtlsBinding(name, {
    certificate: readFileSync(files.certificate, "utf8"),
    privateKeySource: { file: files.key },
    variable,
    stages,
  });
}
