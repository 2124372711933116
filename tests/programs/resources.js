// Plain resources: several certificates for the same branches, with one redeployment for each branch.
const { readFileSync } = require("node:fs");
const { EnvironmentVariable, MtlsCertificate, Redeployment } = require("pulumi-zuplo");

const { certificates, branches, environments, verify, triggers } = JSON.parse(
  readFileSync("inputs.json", "utf8"),
);

const uploaded = certificates.map(
  ({ name, variable: _, ...args }) => new MtlsCertificate(name, { environments, ...args }),
);
const variables = branches.map(branch =>
  uploaded.map(
    (certificate, index) =>
      new EnvironmentVariable(`${certificates[index].name}-${branch}`, {
        branch,
        name: certificates[index].variable,
        value: certificate.name,
      }),
  ),
);
// Every variable changes before the first redeploy disables an old certificate.
const dependsOn = variables.flat();
branches.forEach((branch, index) => {
  new Redeployment(
    branch,
    {
      branch,
      certificates: uploaded.map(certificate => certificate.name),
      variables: variables[index].map(({ branch, name, value }) => ({ branch, name, value })),
      verify,
      triggers,
    },
    { dependsOn },
  );
});

exports.names = uploaded.map(certificate => certificate.name);
