import * as zuplo from "pulumi-zuplo/native";

const { deployments } = zuplo.getDeploymentsOutput();

export const urls = deployments.apply(list => list.map(({ url }) => url));
