// Pulumi's generator makes the classes, which the compiler then reads.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import ts from "typescript";
import { worldOf } from "../../scripts/engine/world";
import { findGenerator } from "../../scripts/sdk/generator";
import * as ours from "../../sdk/native";
import { refusals } from "./refusals";
import { diagnosticsOf } from "./typescript";

const root = join(__dirname, "../..");

/** The classes that a program may use, whoever wrote them. */
type Classes = Pick<
  typeof ours,
  "ClientMtlsCaCertificate" | "EnvironmentVariable" | "MtlsCertificate" | "Provider" | "Redeployment"
>;

/** What the engine is told of a resource. */
interface Registration {
  name: string;
  /** As the engine gets them, with the marks of secrets. */
  inputs: object;
  secretOutputs: string[];
  rest: Record<string, unknown>;
}

interface Request {
  getObject(): { toJavaScript(): object };
  toObject(): { name: string; additionalsecretoutputsList: string[] } & Record<string, unknown>;
}

const compared = ["type", "parent", "custom", "provider", "protect", "dependenciesList", "aliasesList"];

const { specialSigKey, specialSecretSig } = pulumi.runtime;

/** Why the package has Node classes of its own, and that nothing is lost by it. */
describe("the Node classes that Pulumi's generator makes", () => {
  let folder: string;
  before(async function () {
    this.timeout(600_000);
    folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-node-"));
    const generator = await findGenerator(worldOf(new AbortController().signal));
    await promisify(execFile)(generator, ["nodejs", join(root, "schema.json"), folder]);
    compile(folder);
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("tell the engine the same of every resource as the classes of this package", async () => {
    // given
    const theirs: Classes = require(folder);
    // when
    const registered = await registrationsOf(() => program(ours), resources);
    const generated = await registrationsOf(() => program(theirs), resources);
    // then
    assert.equal(registered.length, resources);
    for (const [index, { secretOutputs, ...told }] of registered.entries()) {
      const { secretOutputs: required = [], ...expected } = generated[index] ?? {};
      assert.deepEqual(told, expected);
      assert.deepEqual(
        required.filter(output => !secretOutputs.includes(output)),
        [],
      );
    }
  });

  it("hand over a header of a verification in clear, which the classes of this package keep secret", async () => {
    // given
    const theirs: Classes = require(folder);
    const verify = { path: "/health", headers: { authorization: "Bearer token" } };
    const probe = (zuplo: Classes) => () => {
      new zuplo.Redeployment("probe", { branch: "main", certificates: [], variables: [], verify });
    };
    const clear = { authorization: "Bearer token" };
    // when
    const [registered] = await registrationsOf(probe(ours), 1);
    const [generated] = await registrationsOf(probe(theirs), 1);
    // then
    assert.deepEqual(headersOf(registered), { [specialSigKey]: specialSecretSig, value: clear });
    assert.deepEqual(headersOf(generated), clear);
  });

  it("take programs that the checks refuse", () => {
    // given
    const sources = Object.values(refusals).map((text, index) => [
      `refusal-${index}`,
      `import * as zuplo from "pulumi-zuplo/native";\n${text}\n`,
    ]);
    // when
    const found = diagnosticsOf(root, Object.fromEntries(sources), join(folder, "index.ts"));
    // then
    const taken = Object.keys(refusals).filter(
      (_, index) => !found.some(text => text.includes(`refusal-${index}.example.ts`)),
    );
    assert.ok(
      taken.length > 4,
      `Pulumi's classes refuse nearly all of it, too; they take ${taken.join(", ")}.`,
    );
  });
});

/** How many the program makes. */
const resources = 8;

/** Every resource, with plain values, secrets and outputs. */
function program(zuplo: Classes): void {
  const provider = new zuplo.Provider("other", { apiKey: "key", account: "acme", project: "shop" });
  const certificate = new zuplo.MtlsCertificate("certificate", {
    certificate: pulumi.output("PEM"),
    privateKey: "KEY",
    environments: ["preview", "production"],
    preflight: { url: "https://backend.example.com", timeout: "5s" },
    warnBefore: 30,
    onDelete: "retain",
  });
  new zuplo.MtlsCertificate(
    "sourced",
    {
      certificate: "PEM",
      privateKeySource: { file: "client-key.pem" },
      environments: ["preview"],
      name: "fixed",
    },
    { provider, protect: true },
  );
  const variable = new zuplo.EnvironmentVariable("variable", {
    branch: "main",
    name: "BACKEND",
    value: "name",
    adopt: false,
  });
  new zuplo.EnvironmentVariable("secret", {
    branch: "main",
    name: "TOKEN",
    value: pulumi.secret("VALUE"),
    valueOnDelete: "",
  });
  new zuplo.Redeployment(
    "redeployment",
    {
      branch: "main",
      certificates: [certificate.name],
      variables: [{ branch: variable.branch, name: variable.name, value: variable.value }],
      verify: { path: "/health", expect: { body: "ok" }, status: 204 },
      timeout: "10m",
    },
    { dependsOn: [variable] },
  );
  new zuplo.Redeployment("deployment", { deployment: "shop-1", certificates: [], variables: [] });
  new zuplo.ClientMtlsCaCertificate("authority", {
    certificate: "PEM",
    name: "partners",
    onReplace: "delete",
  });
}

/** With the compiler itself: what its index loads lazily does not run when esbuild has compiled it. */
function compile(folder: string): void {
  const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const { outputText } = ts.transpileModule(readFileSync(join(folder, name), "utf8"), {
      compilerOptions: options,
    });
    writeFileSync(join(folder, name.replace(/ts$/, "js")), outputText);
  }
}

function headersOf(registration: Registration | undefined): unknown {
  assert.ok(registration);
  const { verify } = registration.inputs as { verify: { headers: unknown } };
  return verify.headers;
}

/** What the engine is told of the resources that a program makes, by name. */
async function registrationsOf(run: () => void, count: number): Promise<Registration[]> {
  const seen: Registration[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: { name, ...inputs } }),
    call: () => ({}),
  });
  const monitor = pulumi.runtime.getMonitor();
  assert.ok(monitor);
  const { registerResource } = monitor;
  const recorded = new Promise<void>(resolve => {
    const record = (...told: [Request, ...unknown[]]) => {
      const { name, additionalsecretoutputsList: secretOutputs, ...fields } = told[0].toObject();
      const rest = Object.fromEntries(compared.map(field => [field, fields[field]]));
      seen.push({ name, inputs: told[0].getObject().toJavaScript(), secretOutputs, rest });
      if (seen.length === count) resolve();
      return Reflect.apply(registerResource, monitor, told);
    };
    Object.assign(monitor, { registerResource: record });
  });
  run();
  await recorded;
  return seen.sort((a, b) => a.name.localeCompare(b.name));
}
