import * as zuplo from "pulumi-zuplo/native";

const legacyPartners = zuplo.getClientMtlsCaCertificateOutput({ name: "legacy_partners" });

export const legacyPartnersSince = legacyPartners.createdOn;
