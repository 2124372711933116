import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../../emulator";
import { assertSucceeded } from "../../support/project";
import { assertSafe, names } from "../../support/rotation";
import { ask } from "../expect";
import { type Adapter, adapters, World } from "./world";

/** How version 0.1.0 left a stack: see fixtures/README.md. */
type Kind = "settled" | "failed" | "held" | "before-contracts";

const fixtures = join(__dirname, "../fixtures");
const branches = ["staging", "main", "canary"];

interface Resource {
  type: string;
  custom: boolean;
  delete?: boolean;
  outputs?: Record<string, unknown>;
}

/** Plays a stack of version 0.1.0, with the emulator as it was then. */
async function replay(adapter: Adapter, kind: Kind, work: (world: World) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-old-"));
  const fixture = join(fixtures, `${kind}-${adapter}`);
  const stateFile = join(folder, "zuplo.json");
  let emulator: Emulator | undefined;
  let world: World | undefined;
  try {
    await cp(`${fixture}.zuplo.json`, stateFile);
    emulator = await startEmulator({ stateFile, deployMs: 50 });
    world = await World.open(adapter, emulator);
    const { project } = world;
    const stack = await readFile(`${fixture}.stack.json`, "utf8");
    await writeFile(join(folder, "stack.json"), stack.replaceAll("GATEWAY_URL", emulator.gatewayUrl));
    await project.succeed("stack", "import", "--file", join(folder, "stack.json"));
    await cp(`${fixture}.inputs.json`, join(project.folder, "inputs.json"));
    await work(world);
  } finally {
    await world?.project.remove();
    await emulator?.stop();
    await rm(folder, { recursive: true });
  }
}

async function resourcesOf({ project }: World): Promise<Resource[]> {
  const { deployment } = JSON.parse(await project.state()) as { deployment: { resources: Resource[] } };
  return deployment.resources.filter(({ type, custom }) => custom && !type.startsWith("pulumi:"));
}

for (const adapter of adapters) {
  for (const first of ["refresh", "up"] as const) {
    it(`a stack of version 0.1.0 has nothing to do, and ${first} tells it where its resources live (${adapter})`, async () => {
      await replay(adapter, "settled", async world => {
        const { emulator, project } = world;
        const before = await resourcesOf(world);
        assert.ok(before.length >= 9);
        // when
        assertSucceeded(await project.run("preview", "--expect-no-changes"));
        assertSucceeded(
          first === "refresh"
            ? await project.refresh("--expect-no-changes")
            : await project.up("--expect-no-changes"),
        );
        assertSucceeded(await project.run("preview", "--expect-no-changes"));
        // then
        assert.deepEqual(emulator.writes(), []);
        const after = await resourcesOf(world);
        assert.equal(after.length, before.length);
        for (const { type, outputs = {} } of first === "refresh" ? after : []) {
          assert.equal(outputs.account, "acme", type);
          if (!type.includes("ClientMtlsCaCertificate")) assert.equal(outputs.project, "gateway", type);
        }
      });
    });
  }

  it(`a stack that was made before there were contracts has nothing to do, whatever is run (${adapter})`, async () => {
    await replay(adapter, "before-contracts", async world => {
      const { emulator, project } = world;
      assertSucceeded(await project.run("preview", "--expect-no-changes"));
      assertSucceeded(await project.up("--expect-no-changes"));
      assertSucceeded(await project.refresh("--expect-no-changes"));
      assertSucceeded(await project.run("preview", "--expect-no-changes"));
      assert.deepEqual(emulator.writes(), []);
    });
  });

  it(`a stack of version 0.1.0 whose rotation failed goes on (${adapter})`, async () => {
    await replay(adapter, "failed", async world => {
      const { emulator, project } = world;
      assertSucceeded(await project.up());
      for (const branch of branches) assert.equal(await ask(emulator, branch), 200, branch);
      // What the canary has bound as well is left there, disabled.
      const enabled = emulator.certificates().filter(({ environments }) => environments.length > 0);
      assert.equal(enabled.length, 2);
      assertSafe(emulator);
      assertSucceeded(await project.run("preview", "--expect-no-changes"));
    });
  });

  it(`a stack of version 0.1.0 with a certificate that a pull request holds ends well, and the certificate stays (${adapter})`, async () => {
    await replay(adapter, "held", async world => {
      const { emulator, project } = world;
      assertSucceeded(await project.up());
      assert.equal(names(emulator).length, 3);
      assert.ok((await resourcesOf(world)).every(resource => resource.delete !== true));
      for (const branch of branches) assert.equal(await ask(emulator, branch), 200, branch);
      assertSafe(emulator);
    });
  });
}
