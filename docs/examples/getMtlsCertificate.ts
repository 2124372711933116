import * as zuplo from "pulumi-zuplo/native";

const legacy = zuplo.getMtlsCertificateOutput({ name: "legacy_backend" });

export const legacyValidTo = legacy.validTo;
