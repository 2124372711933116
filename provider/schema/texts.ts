/** What the zod schemas do not say: names of nested types, and descriptions of what only the provider sets. */

/** The types of nested objects, by the property that holds them. */
export const objectNames: Record<string, string> = {
  preflight: "Preflight",
  privateKeySource: "PrivateKeySource",
  variables: "RedeploymentVariable",
  verify: "Verify",
  expect: "Expect",
  stages: "MtlsBindingStage",
  certificates: "CertificateResult",
  deployments: "DeploymentResult",
  environments: "EnvironmentResult",
};

/** The types of words to choose from, by the property that holds them. */
export const enumNames: Record<string, string> = {
  environments: "EnvironmentType",
  environmentType: "EnvironmentType",
  method: "VerifyMethod",
  onDelete: "OnDelete",
  onReplace: "OnReplace",
  others: "Others",
};

export const typeDescriptions: Record<string, string> = {
  Preflight: "A look at the backend before the upload.",
  PrivateKeySource:
    "Where a private key is read when the certificate is uploaded: either a file or an environment variable.",
  RedeploymentVariable:
    "A variable that a deployment reads, with its value: usually the outputs of an EnvironmentVariable.",
  Verify: "A request through the gateway that must succeed with the new build. Either `path` or `url`.",
  VerifyMethod: "How a verification asks.",
  Expect: "What the answer to a verification must hold: `body`, `headers` or both.",
  MtlsBindingStage:
    "Environments that change together. The next stage starts when every one of them is verified.",
  EnvironmentType: "A kind of environment at Zuplo; a certificate is enabled for each kind.",
  OnReplace: "What another CA certificate under the same resource does.",
  OnDelete: "What becomes of a certificate at Zuplo when it is deleted or replaced.",
  Others:
    "What to do with a certificate that is no longer needed and that deployments outside the program use.",
  CertificateResult: "An mTLS client certificate as Zuplo lists it.",
  DeploymentResult: "A deployment as Zuplo lists it.",
  EnvironmentResult: "An environment as Zuplo lists it.",
};

/** Descriptions of members where zod has none. */
export const memberDescriptions: Record<string, string> = {
  "PrivateKeySource.file": "Path of a PEM file. Either this or `env`.",
  "PrivateKeySource.env": "Name of an environment variable that holds the PEM.",
};

export const enumDescriptions: Record<string, Record<string, string>> = {
  EnvironmentType: {
    development: "Developers' working copies in Zuplo's editor.",
    preview: "Every branch but the production one.",
    production: "The production branch.",
  },
  VerifyMethod: {
    GET: "As a caller reads.",
    HEAD: "The status and the headers alone.",
    OPTIONS: "What is allowed, as a browser asks before it calls another origin.",
    POST: "For a route that takes nothing else; without a body.",
  },
  OnReplace: {
    fail: "The preview fails, and names both ways.",
    delete: "The new one is created, and the old one deleted in the same run.",
  },
  OnDelete: {
    delete: "It is deleted, once no deployment uses it any more.",
    disable: "It is disabled for every environment type for which no branch needs it, and left at Zuplo.",
    retain: "It is left at Zuplo as it is.",
  },
  Others: {
    leave:
      "A replaced one is left, disabled where nobody would miss it; a later run deletes it once it is free. The removal of one that is no longer in the program fails before it changes anything.",
    redeploy: "Those that have it bound and do not name it are redeployed, and it is deleted.",
    fail: "The run fails, and names them.",
  },
};

interface ResourceTexts {
  description: string;
  /** Descriptions of outputs; those of an input that is output too are the input's unless they stand here. */
  outputs: Record<string, string>;
}

export const resourceTexts: Record<string, ResourceTexts> = {
  MtlsCertificate: {
    description: `An mTLS client certificate of a Zuplo project, with which the gateway shows itself to a backend.

Another certificate replaces it: the new one is uploaded under another name, everything that uses \`name\` follows, and the old one is deleted last. See Redeployment for the part in between, or MtlsBinding for all of it. A replaced certificate that others still use, such as open pull requests, is left until a later run finds it free.

A certificate that is removed, by a \`destroy\` for instance, is disabled, the deployments that the same run takes out of the program are redeployed without it, and it is deleted. The gateway's code must no longer need it then, although variables may still name it. Where others use it, the removal fails before it changes anything.`,
    outputs: {
      account: "Account in which it lives.",
      project: "Project in which it lives.",
      name: "Name at Zuplo: what the gateway's code and variables use.",
      fingerprint: "SHA-256 of the leaf's DER, lower-case hex.",
      serialNumber: "Serial number of the leaf, upper-case hex.",
      subject: "Distinguished name of the leaf's holder, on one line.",
      issuer: "Distinguished name of the leaf's issuer, on one line.",
      validFrom: "First moment at which the leaf is valid, ISO 8601.",
      validTo: "Last moment at which the leaf is valid, ISO 8601.",
      createdOn: "When it was uploaded, ISO 8601.",
      updatedOn: "When it was last changed at Zuplo, ISO 8601.",
    },
  },
  EnvironmentVariable: {
    description: `A variable of one branch of a Zuplo project.

Creating it takes over a variable that exists. Zuplo's API cannot delete variables: deleting this resource leaves the variable with its last value, or with \`valueOnDelete\`.`,
    outputs: {
      account: "Account in which it lives.",
      project: "Project in which it lives.",
      createdOn: "When it was created at Zuplo, ISO 8601.",
      updatedOn: "When its value was last set, ISO 8601.",
    },
  },
  Redeployment: {
    description: `One redeploy of one deployment whenever its certificates, variables or triggers change, and none otherwise.

It disables the certificates that are superseded, where no branch of the environment type still needs them, redeploys, waits until the new build is served, and verifies it. Where a refresh finds that the deployment can no longer have what is listed here, the next run redeploys.

An old certificate that none of \`variables\` named is never disabled, since its name may stand in the gateway's code. Deleting this resource deletes nothing at Zuplo.`,
    outputs: {
      account: "Account in which it lives.",
      project: "Project in which it lives.",
      deployment: "Name of the deployment.",
      environmentType: "Environment type of the deployment.",
      url: "URL at which the gateway serves the deployment.",
      buildId: "The build that was served when the redeploy was done.",
      deployedOn: "When the redeploy was done, ISO 8601; missing after one that failed.",
    },
  },
  ClientMtlsCaCertificate: {
    description: `A CA certificate with which a Zuplo account verifies the client certificates of its callers (inbound mTLS).

Another name is changed in place. Another certificate under the same resource fails in preview, since the old one would go while callers still hold certificates of it: add a second resource for the new one, and remove the first when the callers have moved. \`onReplace: "delete"\` says that none of them needs the old one.`,
    outputs: {
      account: "Account in which it lives.",
      name: "Name at Zuplo.",
      fingerprint: "SHA-256 of the certificate's DER, lower-case hex.",
      serialNumber: "Serial number of the certificate, upper-case hex.",
      subject: "Distinguished name of the authority, on one line.",
      issuer: "Distinguished name of the authority's issuer, on one line.",
      validFrom: "First moment at which the certificate is valid, ISO 8601.",
      validTo: "Last moment at which the certificate is valid, ISO 8601.",
      createdOn: "When it was created at Zuplo, ISO 8601.",
      updatedOn: "When it was last changed at Zuplo, ISO 8601.",
    },
  },
  MtlsBinding: {
    description: `A client certificate in use: one certificate, one variable for each branch, one redeployment for each deployment, in the order that keeps every request working while the certificate is rotated.

Removing it, or a \`destroy\`, takes the certificate out of its deployments, with one redeploy of each, and deletes it. The gateway's code must no longer need it then: the variables stay at Zuplo and still name it, unless \`valueOnDelete\` says what they get. A stage that is removed alone changes nothing else at Zuplo.`,
    outputs: { certificateName: "Name of the certificate at Zuplo." },
  },
};
