import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Emulator, type Permission, startEmulator } from "../../emulator";
import { permissions } from "../../emulator/api/keys";
import { settingsOf } from "../../emulator/settings";
import { rights } from "../../provider/zuplo/rights";
import { cli } from "../cli/capture";
import { upload } from "../support/byHand";
import { assertSafe, names } from "../support/rotation";
import { type Declared, Stack } from "../support/run";
import { assertPushSafe, assertServedBy, branchesOf, enableByHand, forgive } from "./expect";
import { importWith } from "./importWith";
import { binding, variable, verify } from "./programs";

/** As the documentation and the messages word each permission of the emulator. */
const rightOf: Record<Permission, string> = {
  "certificates.read": "read the mTLS certificates of the project",
  "certificates.change": "change the mTLS certificates of the project",
  "deployments.read": "read the deployments of the project",
  "deployments.redeploy": "redeploy the deployments of the project",
  "variables.read": "read the variables of the project",
  "variables.change": "change the variables of the project",
  "environments.read": "read the environments of the project",
  "caCertificates.read": "read the CA certificates of the account",
  "caCertificates.change": "change the CA certificates of the account",
};
const statuses = [401, 403, 404] as const;
type Status = (typeof statuses)[number];
const changing: readonly Permission[] = [
  "certificates.read",
  "certificates.change",
  "deployments.read",
  "deployments.redeploy",
  "variables.change",
];

/** One command, with what it stands on. */
interface Scene {
  emulator: Emulator;
  stack: Stack;
  program: [Declared, ...Declared[]];
}

interface Command {
  /** Without one of these it cannot do its work. */
  needs: readonly Permission[];
  /** Makes what the command finds; after a case that failed and was repeated, too. */
  prepare(scene: Scene): Promise<void>;
  /** @returns what a user reads; rejects, or says so, where it fails. */
  run(scene: Scene, key: string): Promise<{ text: string; failed: boolean }>;
  /** A destroy leaves its variable as it is where it cannot be read: the next deploy is the user's. */
  leaves?: readonly Permission[];
  /** What must hold when it has done its work. */
  isDone(scene: Scene): Promise<void>;
  /** What a failure must leave as it was. */
  isKept?(scene: Scene): void;
}

const lost = "left_8d8000000001";
const other = "somebodys";
const commands: Record<string, Command> = {
  "the first up": {
    needs: changing,
    async prepare(scene) {
      await scene.stack.destroy();
      scene.stack = newStack(scene.emulator);
      scene.program = await programOf(scene.emulator);
    },
    run: ({ stack, program }, key) => read(stack.up(program, envOf(key))),
    isDone: async ({ emulator, stack, program }) =>
      assertServedBy(emulator, "staging", stack.outputs(program[0]).name),
  },
  "a rotation": {
    needs: changing,
    async prepare(scene) {
      await scene.stack.up(scene.program);
      scene.program = await programOf(scene.emulator);
    },
    run: ({ stack, program }, key) => read(stack.up(program, envOf(key))),
    isDone: async ({ emulator, stack, program }) => {
      assertServedBy(emulator, "staging", stack.outputs(program[0]).name);
      assert.equal(emulator.certificates().length, 1);
    },
    isKept: ({ stack, program }) => void stack.outputs(program[0]),
  },
  "a refresh": {
    needs: ["certificates.read", "deployments.read"],
    prepare: async ({ stack, program }) => void (await stack.up(program)),
    run: ({ stack }, key) => read(stack.refresh(envOf(key))),
    isDone: async ({ stack, program }) => {
      for (const declared of program) stack.outputs(declared);
    },
    isKept: ({ stack, program }) => {
      for (const declared of program) stack.outputs(declared);
    },
  },
  "a destroy": {
    needs: changing,
    async prepare(scene) {
      scene.program = await programOf(scene.emulator);
      await scene.stack.up(scene.program);
    },
    run: ({ stack }, key) => read(stack.destroy(envOf(key))),
    leaves: ["variables.read"],
    isDone: async ({ emulator }) => assert.deepEqual(names(emulator), []),
    isKept: ({ stack, program }) => void stack.outputs(program[0]),
  },
  "an import": {
    needs: ["certificates.read", "deployments.read"],
    prepare: async ({ stack, program }) => void (await stack.up(program)),
    run: ({ emulator, stack, program }, key) =>
      read(
        importWith(emulator, key, "MtlsCertificate", String(stack.outputs(program[0]).name)).then(() =>
          importWith(emulator, key, "Redeployment", emulator.deployment("staging").name),
        ),
      ),
    isDone: async () => undefined,
  },
  status: {
    needs: ["certificates.read", "deployments.read", "environments.read"],
    prepare: async ({ stack, program }) => void (await stack.up(program)),
    run: ({ emulator }, key) => command(emulator, key, "status"),
    isDone: async () => undefined,
  },
  prune: {
    needs: ["certificates.read", "certificates.change", "deployments.read"],
    async prepare({ emulator, stack, program }) {
      await stack.up(program);
      if (names(emulator).includes(lost)) return;
      await upload(emulator, lost, await emulator.authority.issue());
      await enableByHand(emulator, lost, []);
    },
    // What was changed within the last hour is left.
    run: ({ emulator }, key) => later(() => command(emulator, key, "prune", lost, "--yes")),
    isDone: async ({ emulator }) => assert.ok(!names(emulator).includes(lost)),
    isKept: ({ emulator }) => assert.ok(names(emulator).includes(lost)),
  },
  release: {
    needs: changing,
    async prepare(scene) {
      const { emulator } = scene;
      if (!names(emulator).includes(other)) await upload(emulator, other, await emulator.authority.issue());
      scene.program = await programOf(emulator);
      await scene.stack.up(scene.program);
    },
    // Which variable names it can be said where it cannot be read.
    run: ({ emulator, stack, program }, key) => {
      const name = String(stack.outputs(program[0]).name);
      const place = ["--branch", "staging", "--variable", variable];
      return command(emulator, key, "release", name, ...place, "--value", other, "--yes");
    },
    isDone: async ({ emulator, stack, program }) => {
      const { name } = stack.outputs(program[0]);
      const released = emulator.certificates().find(certificate => certificate.name === name);
      assert.deepEqual(released?.environments, []);
      assertServedBy(emulator, "staging", other);
    },
  },
};

for (const [name, command] of Object.entries(commands)) {
  describe(`${name} with an API key that may not do everything`, () => {
    const scene = {} as Scene;
    before(async () => {
      scene.emulator = await startEmulator({
        ...branchesOf("staging", "main"),
        clientCertificate: "optional",
      });
      scene.stack = newStack(scene.emulator);
      scene.program = await programOf(scene.emulator);
    });
    after(() => scene.emulator.stop());

    for (const permission of permissions.filter(each => !each.startsWith("ca"))) {
      const right = rightOf[permission];
      const isNeeded = command.needs.includes(permission);
      for (const status of statuses) {
        it(`${isNeeded ? "says that it may not" : "works, although it may not"} ${right} (HTTP ${status})`, async () => {
          const { emulator } = scene;
          // given
          await command.prepare(scene);
          // What the case before has left of its variable is not held against this one.
          forgive(emulator);
          // when
          const { text, failed } = await command.run(scene, keyWithout(emulator, permission, status));
          // then
          assert.equal(failed, isNeeded, text);
          if (isNeeded) assertTells(text, permission, status);
          if (isNeeded) command.isKept?.(scene);
          else await command.isDone(scene);
          if (command.leaves?.includes(permission)) forgive(emulator);
          assertSafe(emulator);
          // and with that right alone it goes on
          if (!isNeeded) return;
          const again = await command.run(scene, emulator.apiKey);
          assert.equal(again.failed, false, again.text);
          await command.isDone(scene);
          assertSafe(emulator);
        });
      }
    }

    it("has left the branches as they can be pushed", () =>
      assertPushSafe(scene.emulator, "staging", "main"));
  });
}

describe("what an API key may do", () => {
  it("is listed in the documentation, as the messages word it", () => {
    const page = path.join(__dirname, "../../docs/installation-configuration.md");
    const rows = readFileSync(page, "utf8").split("\n");
    for (const { right } of rights)
      assert.ok(
        rows.some(row => row.startsWith(`| ${right} |`)),
        right,
      );
  });

  it("is the same for the emulator", () =>
    assert.deepEqual(Object.values(rightOf).sort(), rights.map(({ right }) => right).sort()));
});

function keyWithout(emulator: Emulator, missing: Permission, refusal: Status, callsBefore = 0): string {
  return emulator.addKey({
    permissions: permissions.filter(permission => permission !== missing),
    refusal,
    callsBefore,
  });
}

/** The status, the permission as the documentation words it, and never that something is not there and nothing else. */
function assertTells(text: string, permission: Permission, status: Status): void {
  const right = rightOf[permission];
  assert.ok(text.includes(`may ${right}.`) || text.includes(`allowed to ${right}.`), text);
  assert.match(text, new RegExp(`HTTP ${status}`));
}

function newStack(emulator: Emulator): Stack {
  return new Stack(emulator);
}

async function programOf(emulator: Emulator): Promise<[Declared, ...Declared[]]> {
  // An empty value leaves a branch as it can be pushed when its certificate goes.
  return binding(await emulator.authority.issue(), [{ branches: ["staging"], verify }], {
    valueOnDelete: "",
  });
}

function envOf(key: string): { env: Record<string, string> } {
  return { env: { ZUPLO_API_KEY: key } };
}

async function read(run: Promise<unknown>): Promise<{ text: string; failed: boolean }> {
  try {
    await run;
    return { text: "", failed: false };
  } catch (error) {
    return { text: error instanceof Error ? error.message : String(error), failed: true };
  }
}

async function command(emulator: Emulator, key: string, ...args: string[]) {
  const env = { ...settingsOf(emulator), ZUPLO_API_KEY: key };
  const { code, stdout, stderr } = await cli(args, { env });
  return { text: stdout + stderr, failed: code !== 0 };
}

/** Two hours from now, as the clock of the command tells. */
async function later<T>(run: () => Promise<T>): Promise<T> {
  const { now } = Date;
  Date.now = () => now() + 2 * 60 * 60 * 1000;
  try {
    return await run();
  } finally {
    Date.now = now;
  }
}
