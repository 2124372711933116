import * as zuplo from "pulumi-zuplo/native";

const { certificates } = zuplo.getClientMtlsCaCertificatesOutput();

export const authorities = certificates.apply(list => list.map(({ name }) => name));
