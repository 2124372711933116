import * as zuplo from "pulumi-zuplo/native";

const { environments } = zuplo.getEnvironmentsOutput();

export const branches = environments.apply(list => list.map(({ branch }) => branch));
