// As many certificates as inputs.json lists, by the dynamic classes.
const { readFileSync } = require("node:fs");
const { MtlsCertificate } = require("pulumi-zuplo");

for (const { name, args } of JSON.parse(readFileSync("inputs.json", "utf8"))) new MtlsCertificate(name, args);
