// The native classes: one MtlsBinding with the arguments in inputs.json.
const { readFileSync } = require("node:fs");
const { MtlsBinding } = require("pulumi-zuplo/native");

const { name = "backend", args } = JSON.parse(readFileSync("inputs.json", "utf8"));
const binding = new MtlsBinding(name, args);

exports.certificateName = binding.certificateName;
exports.fingerprint = binding.certificate.fingerprint;
