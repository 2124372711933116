import * as zuplo from "pulumi-zuplo/native";

const expiring = zuplo.getMtlsCertificatesOutput({ expiresWithin: "30d" });

export const expiringSoon = expiring.certificates.apply(list => list.map(({ name }) => name));
