import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type Emulator, startEmulator } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import type * as binding from "../../sdk/binding";
import type * as lookUp from "../../sdk/lookUpDeployment";

/** Not known before the run, as an output of another resource is in a preview. */
const unknown = new (pulumi.Output as unknown as new (...parts: unknown[]) => pulumi.Output<string>)(
  new Set(),
  Promise.resolve(undefined),
  Promise.resolve(false),
  Promise.resolve(false),
  Promise.resolve(new Set()),
);

describe("the deployments that a dynamic MtlsBinding names", () => {
  const env = { ...process.env };
  let emulator: Emulator;
  let name: string;

  beforeEach(async () => {
    emulator = await startEmulator({ projects: ["gateway", "other"] });
    const { account, apiUrl, apiKey } = emulator;
    const answer = await fetch(`${apiUrl}/v1/accounts/${account}/projects/other/deployments`, {
      headers: { Authorization: `Bearer ${apiKey}` },
    });
    const { data } = (await answer.json()) as { data: { name: string; branchName: string }[] };
    name = data.find(({ branchName }) => branchName === "main")?.name ?? assert.fail();
    Object.assign(process.env, settingsOf(emulator));
  });

  afterEach(async () => {
    process.env = { ...env };
    await emulator.stop();
  });

  /** What the parts of a binding are told of the first of its deployments. */
  const toldOf = async (more: { account?: pulumi.Input<string>; project?: pulumi.Input<string> }) => {
    // The session of a program is made once.
    for (const path of Object.keys(require.cache))
      if (/\/sdk\/\w+\.ts$/.test(path)) delete require.cache[path];
    const { buildBinding } = require("../../sdk/binding") as typeof binding;
    const { lookUpDeployment } = require("../../sdk/lookUpDeployment") as typeof lookUp;
    const told: Record<string, unknown>[] = [];
    class Part {
      constructor(_name: string, args: object) {
        told.push({ ...args });
      }
    }
    const classes = {
      MtlsCertificate: Part,
      EnvironmentVariable: Part,
      Redeployment: Part,
      lookUpDeployment,
    };
    const args = { certificate: "PEM", variable: "BACKEND", stages: [{ deployments: [name] }], ...more };
    buildBinding({} as never, classes as never, "backend", args as never);
    const [{ environments } = {}, { branch } = {}] = told;
    return Promise.all([branch, environments]);
  };

  for (const [how, project] of [
    ["a text", "other"],
    ["an output", pulumi.output("other")],
  ] as const)
    for (const configured of ["gateway", ""])
      it(`are those of its own project, given as ${how}, where '${configured}' is configured`, async () => {
        process.env.ZUPLO_PROJECT = configured;
        assert.deepEqual(await toldOf({ project }), ["main", ["production"]]);
      });

  it("are those of its own account", async () => {
    process.env.ZUPLO_ACCOUNT = "somebodys";
    process.env.ZUPLO_PROJECT = "other";
    assert.deepEqual(await toldOf({ account: emulator.account }), ["main", ["production"]]);
  });

  it("are those of the configured project where it names none", async () => {
    process.env.ZUPLO_PROJECT = "other";
    assert.deepEqual(await toldOf({}), ["main", ["production"]]);
  });

  it("cannot be looked up while the project is not known", async () => {
    await assert.rejects(
      toldOf({ project: unknown }),
      /MtlsBinding 'backend': project is not known yet, .* give `branches`, or `project` as a string. \[ZUPLO1112\]/,
    );
  });
});
