import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import type { Authority } from "../../emulator/pki";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import { contextOf } from "../support/core";
import { assertFailed, assertSucceeded, TestProject } from "../support/project";
import { pem } from "../support/rotation";

const day = 24 * 60 * 60 * 1000;
const inDays = (days: number) => new Date(Date.now() + days * day);

interface Resource {
  type: string;
  name: string;
  args: Record<string, unknown>;
}

const core = {
  MtlsCertificate: mtlsCertificate,
  EnvironmentVariable: environmentVariable,
  Redeployment: redeployment,
};

const throughEngine = [
  "a key that is not the leaf's",
  "a private key in `certificate`",
  "a name that is no identifier",
  "a variable in camelCase",
  "neither branch nor deployment",
];

describe("a preview with bad input", () => {
  let emulator: Emulator;
  let project: TestProject;
  let authority: Authority;

  before(async () => {
    emulator = await startEmulator();
    authority = emulator.authority;
    project = await TestProject.create(emulator, "any.js");
  });

  after(async () => {
    await project.remove();
    await emulator.stop();
  });

  const certificate = (args: Record<string, unknown>): Resource => ({
    type: "MtlsCertificate",
    name: "backend",
    args: { environments: ["production"], ...args },
  });
  const variable = (args: Record<string, unknown>): Resource => ({
    type: "EnvironmentVariable",
    name: "variable",
    args: { branch: "main", name: "BACKEND", value: "x", ...args },
  });
  const redeployment = (args: Record<string, unknown>): Resource => ({
    type: "Redeployment",
    name: "main",
    args: { branch: "main", certificates: [], variables: [], ...args },
  });

  /** What is given, and what the sentence must say.  */
  const cases: [title: string, resource: () => Promise<Resource> | Resource, says: RegExp][] = [
    [
      "not PEM",
      () => certificate({ certificate: "MIIB", privateKey: "x" }),
      /certificate is not PEM: .*openssl x509/,
    ],
    [
      "a key that is not the leaf's",
      async () =>
        certificate({ ...pem(await authority.issue()), privateKey: (await authority.issue()).privateKey }),
      /privateKey is not the key of the certificate .*give the key/,
    ],
    [
      "an encrypted key",
      async () =>
        certificate({
          ...pem(await authority.issue()),
          privateKey: "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n",
        }),
      /privateKey is encrypted: .*openssl pkey/,
    ],
    [
      "a private key in `certificate`",
      async () =>
        certificate({ ...pem(await authority.issue()), certificate: (await authority.issue()).privateKey }),
      /certificate contains a private key: move it to privateKey/,
    ],
    [
      "no key at all",
      async () => certificate({ certificate: (await authority.issue()).chain }),
      /privateKey is missing: .*privateKeySource/,
    ],
    [
      "an expired leaf",
      async () => certificate(pem(await authority.issue({ notBefore: inDays(-20), notAfter: inDays(-1) }))),
      /certificate expired at .*Use its successor/,
    ],
    [
      "a leaf that is not valid yet",
      async () => certificate(pem(await authority.issue({ notBefore: inDays(1), notAfter: inDays(20) }))),
      /certificate is not valid before/,
    ],
    [
      "a name that is no identifier",
      async () => certificate({ ...pem(await authority.issue()), name: "my-backend-cert" }),
      /name 'my-backend-cert' must be a JavaScript identifier.*use 'my_backend_cert'/,
    ],
    [
      "a reserved word",
      async () => certificate({ ...pem(await authority.issue()), name: "delete" }),
      /name 'delete' must be .*use 'delete_cert'/,
    ],
    [
      "an unknown environment type",
      async () => certificate({ ...pem(await authority.issue()), environments: ["prod"] }),
      /environments\[0\] must be one of development, preview, production/,
    ],
    [
      "no environments",
      async () => certificate({ ...pem(await authority.issue()), environments: [] }),
      /environments is empty: give at least one of development/,
    ],
    [
      "a chain out of order",
      async () => {
        const issued = await (await authority.intermediate()).issue();
        const [leaf, intermediate] = issued.chain.split(/(?<=-----END CERTIFICATE-----\n?)(?=-----BEGIN)/);
        return certificate({ ...pem(issued), certificate: `${intermediate}\n${leaf}` });
      },
      /certificate is out of order: the leaf comes first.*right order of what was given is 2, 1/,
    ],
    [
      "an argument that does not exist",
      async () => certificate({ ...pem(await authority.issue()), environment: "production" }),
      /environment is an unknown argument; expected one of: certificate/,
    ],
    [
      "a variable in camelCase",
      () => variable({ name: "backendCert" }),
      /name 'backendCert' is not SCREAMING_SNAKE_CASE: use 'BACKEND_CERT'/,
    ],
    [
      "a variable that starts with ZUPLO",
      () => variable({ name: "ZUPLO_KEY" }),
      /name 'ZUPLO_KEY' starts with ZUPLO.*choose another/,
    ],
    [
      "neither branch nor deployment",
      () => redeployment({ branch: undefined }),
      /branch or `deployment`: give exactly one of them/,
    ],
    [
      "a verification without a place",
      () => redeployment({ verify: { status: 200 } }),
      /verify must have either `path` or `url`/,
    ],
    ["rollback without verification", () => redeployment({ rollback: true }), /rollback needs `verify`/],
    [
      "a timeout that is none",
      () => redeployment({ timeout: "soon" }),
      /timeout must be above 0: a number of seconds, or a string such as/,
    ],
  ];

  for (const [title, resource, says] of cases) {
    it(`fails on ${title}, with a sentence that says what to do`, async () => {
      const { type, args } = await resource();
      const known = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
      const { failures } = core[type as keyof typeof core].check(contextOf(emulator), undefined, known);
      assert.match(failures.map(({ property, reason }) => `${property} ${reason}`).join("\n"), says);
      assert.deepEqual(emulator.trace, []);
    });
  }

  // Each engine run takes seconds: some of the same cases through the engine, as a user meets them.
  for (const [title, resource, says] of cases.filter(([title]) => throughEngine.includes(title))) {
    it(`fails on ${title}, through the engine, and makes no call`, async () => {
      await project.write({ resources: [await resource()] });
      emulator.clearTrace();
      const run = await project.preview();
      assertFailed(run);
      assert.match(run.text.replace(/\s+/g, " "), says);
      assert.deepEqual(emulator.trace, []);
      assert.doesNotMatch(run.text, /-----BEGIN [A-Z ]*PRIVATE KEY/, "the key is in the output");
    });
  }

  it("says all failures of a resource at once", async () => {
    await project.write({
      resources: [certificate({ certificate: "x", name: "my-cert", environments: [] })],
    });
    const run = await project.preview();
    assertFailed(run);
    for (const says of [
      /certificate is not PEM/,
      /privateKey is missing/,
      /name 'my-cert'/,
      /environments is empty/,
    ]) {
      assert.match(run.text, says);
    }
  });

  it("refuses another leaf under a fixed name, naming both ways out", async () => {
    const write = async () => {
      const args = { ...pem(await authority.issue()), environments: ["production"], name: "fixed_name" };
      await project.write({ resources: [certificate(args)] });
    };
    await write();
    assertSucceeded(await project.up());
    await write();
    emulator.clearTrace();
    const run = await project.preview();
    assertFailed(run);
    assert.match(
      run.text,
      /name 'fixed_name' is the name of the certificate in use.*remove `name`.*'fixed_name_2'/,
    );
    assert.deepEqual(emulator.trace, []);
  });

  it("refuses another isSecret", async () => {
    await project.write({ resources: [variable({})] });
    assertSucceeded(await project.up());
    await project.write({ resources: [variable({ isSecret: true })] });
    emulator.clearTrace();
    const run = await project.preview();
    assertFailed(run);
    assert.match(run.text, /isSecret cannot be changed at Zuplo.*ZUPLO1313/);
    assert.deepEqual(emulator.trace, []);
  });

  it("names the missing configuration", async () => {
    const bare = await TestProject.create(emulator, "any.js", {
      env: { ZUPLO_API_KEY: "", ZUPLO_PROJECT: "" },
    });
    try {
      await bare.write({ resources: [variable({})] });
      const run = await bare.preview();
      assertFailed(run);
      assert.match(
        run.text,
        /zuplo:apiKey is not set: set it with pulumi config set --secret zuplo:apiKey, or with ZUPLO_API_KEY/,
      );
      assert.match(run.text, /project is not set: .*pulumi config set zuplo:project NAME/);
    } finally {
      await bare.remove();
    }
  });
});

describe("a preview warns, and goes on", () => {
  let emulator: Emulator;
  let project: TestProject;

  before(async () => {
    emulator = await startEmulator();
    project = await TestProject.create(emulator, "any.js");
  });

  after(async () => {
    await project.remove();
    await emulator.stop();
  });

  it("on an early expiry, a weak key, SHA-1, a key usage without clientAuth and a missing intermediate", async () => {
    const { authority } = emulator;
    const intermediate = await authority.intermediate();
    const gap = await (await intermediate.intermediate()).issue();
    const [leaf] = gap.chain.split(/(?<=-----END CERTIFICATE-----\n?)(?=-----BEGIN)/);
    const resource = (name: string, args: Record<string, unknown>) => ({
      type: "MtlsCertificate",
      name,
      args: { environments: ["production"], ...args },
    });
    await project.write({
      resources: [
        resource("soon", pem(await authority.issue({ notBefore: inDays(-300), notAfter: inDays(10) }))),
        resource("later", { ...pem(await authority.issue({ notAfter: inDays(50) })), warnBefore: "60d" }),
        resource("weak", pem(await authority.issue({ keyType: "rsa-1024" }))),
        resource("sha1", pem(await authority.issue({ keyType: "rsa-2048", hash: "SHA-1" }))),
        resource("usage", pem(await authority.issue({ extendedKeyUsage: ["serverAuth"] }))),
        resource("gap", { ...pem(gap), certificate: `${leaf}\n${authority.certificate}` }),
        resource("nokey", {
          certificate: (await authority.issue()).chain,
          privateKeySource: { file: "missing.key" },
        }),
      ],
    });
    const run = await project.preview();
    assertSucceeded(run);
    for (const says of [
      /warning: MtlsCertificate 'soon': the certificate expires in 9 days/,
      /warning: MtlsCertificate 'later': the certificate expires in 49 days/,
      /warning: MtlsCertificate 'weak': the certificate has an RSA key of 1024 bits/,
      /warning: MtlsCertificate 'sha1': the certificate is signed with SHA-1/,
      /warning: MtlsCertificate 'usage': the certificate has an extended key usage without clientAuth/,
      /warning: MtlsCertificate 'gap': the certificate lacks an intermediate/,
      /warning: MtlsCertificate 'nokey': the certificate cannot be checked against its key: file missing.key is not there/,
    ]) {
      assert.match(run.text, says);
    }
    assert.deepEqual(emulator.trace, []);
  });
});
