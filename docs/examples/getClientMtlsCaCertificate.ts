import * as zuplo from "pulumi-zuplo/native";

const partners = zuplo.getClientMtlsCaCertificateOutput({ name: "partners" });

export const partnersSince = partners.createdOn;
