import assert from "node:assert/strict";
import { z } from "zod";
import { type Emulator, startEmulator } from "../../emulator";
import { assertSucceeded } from "../support/project";
import { names } from "../support/rotation";
import { YamlProject } from "../support/yamlProject";

const exported = z.object({
  deployment: z.object({
    resources: z.array(
      z.object({ urn: z.string(), type: z.string(), retainOnDelete: z.boolean().optional() }),
    ),
  }),
});

/** As YAML, Python, Go, .NET and Java register it. */
describe("the options of a MtlsBinding that the plugin makes", () => {
  let emulator: Emulator;
  let yaml: YamlProject;

  before(async () => {
    emulator = await startEmulator();
    yaml = await YamlProject.create(emulator);
    const issued = await emulator.authority.issue();
    await yaml.file("client.pem", issued.chain);
    await yaml.file("client-key.pem", issued.privateKey);
  });

  after(async () => {
    await yaml?.project.remove();
    await emulator?.stop();
  });

  const write = (name: string, options: object) =>
    yaml.write({
      resources: {
        [name]: {
          type: "zuplo:MtlsBinding",
          properties: {
            certificate: { "fn::readFile": "./client.pem" },
            privateKeySource: { file: "./client-key.pem" },
            variable: "BACKEND_MTLS_CERT",
            stages: [{ branches: ["main"], verify: { path: "/health" } }],
          },
          options,
        },
      },
    });

  /** What YAML takes for an alias. */
  const urnOf = (name: string) => `urn:pulumi:prod::shop::zuplo:index:MtlsBinding::${name}`;

  it("reach its parts: an alias changes nothing, and retainOnDelete keeps them", async () => {
    await write("backend", {});
    assertSucceeded(await yaml.project.up());
    const before = names(emulator);
    emulator.clearTrace();
    // when it is renamed
    await write("renamed", { aliases: [urnOf("backend")], retainOnDelete: true });
    assertSucceeded(await yaml.project.up());
    // then
    assert.deepEqual(emulator.writes(), []);
    const { text } = await yaml.project.run("stack", "export");
    const { resources } = exported.parse(JSON.parse(text)).deployment;
    const own = resources.filter(({ type }) => type.startsWith("zuplo:index:"));
    assert.equal(own.length, 4);
    for (const { urn, retainOnDelete } of own) {
      assert.match(urn, /::renamed/);
      if (!urn.includes("::zuplo:index:MtlsBinding::")) assert.equal(retainOnDelete, true, urn);
    }
    // and when it is destroyed
    assertSucceeded(await yaml.project.destroy());
    assert.deepEqual(emulator.writes(), []);
    assert.deepEqual(names(emulator), before);
  });
});
