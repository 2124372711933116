import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Emulator, type Permission, startEmulator } from "../../emulator";
import { permissions } from "../../emulator/api/keys";
import { createAuthority, type Issued } from "../../emulator/pki";
import { settingsOf } from "../../emulator/settings";
import { rights } from "../../provider/api/rights";
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
  /** Whether a run that ends early leaves something half done. */
  writes?: true;
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
    writes: true,
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
    writes: true,
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
    writes: true,
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
  describe(`${name}, with an API key that may not do everything`, () => {
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
      // How it is told makes no difference to what goes on without it, but for what is read.
      for (const status of isNeeded || permission === "variables.read" ? statuses : ([404] as const)) {
        const outcome = isNeeded ? "it says so and breaks nothing" : "it does its work";
        it(`given a key that may not ${right} (HTTP ${status}), then ${outcome}`, async () => {
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

    if (command.writes !== true) return;
    for (const permission of command.needs) {
      it(`given a key that loses the right to ${rightOf[permission]} half way, then it says so, and goes on with it`, async () => {
        const { emulator } = scene;
        for (const callsBefore of [1, 2, 3, 5, 8]) {
          // given
          await command.prepare(scene);
          forgive(emulator);
          const status = statuses[callsBefore % 3] ?? 404;
          // when
          const key = keyWithout(emulator, permission, status, callsBefore);
          const { text, failed } = await command.run(scene, key);
          // then
          assertSafe(emulator);
          if (failed) {
            assert.ok(isTold(text, permission), `after ${callsBefore}: ${text}`);
            command.isKept?.(scene);
            const again = await command.run(scene, emulator.apiKey);
            assert.equal(again.failed, false, again.text);
          }
          await command.isDone(scene);
          assertSafe(emulator);
          // With so many calls it has ended: more make no difference.
          if (!failed) return;
        }
      });
    }

    it("and then the branches can be pushed", () => assertPushSafe(scene.emulator, "staging", "main"));
  });
}

describe("an API key that may not do everything", () => {
  let emulator: Emulator;
  let stack: Stack;
  before(async () => {
    emulator = await startEmulator(branchesOf("staging", "main"));
    stack = newStack(emulator);
  });
  after(() => emulator.stop());

  for (const status of statuses) {
    it(`given a right that is lost, when a build fails, then it says what the rollback lacks (HTTP ${status})`, async () => {
      // given
      await stack.up(await programOf(emulator));
      const next = await programOf(emulator);
      emulator.failNextBuild("staging");
      // when the build fails after the one write of a variable
      const { text } = await read(stack.up(next, envOf(keyWithout(emulator, "variables.change", status, 1))));
      // then
      assert.match(text, /The rollback did not complete: .*must be allowed to change the variables/);
      assertSafe(emulator);
      // and
      await stack.up(next);
      await assertPushSafe(emulator, "staging");
    });

    it(`given a right that is lost before the redeploy, when the backend would refuse the certificate, then no push breaks (HTTP ${status})`, async () => {
      const others = await createAuthority({ commonName: "Others" });
      for (const permission of ["certificates.change", "deployments.redeploy"] as const) {
        // given
        await stack.up(await programOf(emulator));
        forgive(emulator);
        // when all writes come through until it is needed: one upload, then the variables
        const key = keyWithout(emulator, permission, status, permission === "certificates.change" ? 1 : 0);
        const { failed } = await read(stack.up(await programOf(emulator, await others.issue()), envOf(key)));
        // then
        assert.ok(failed);
        await assertPushSafe(emulator, "staging");
      }
    });

    it(`given no right to CA certificates, when one is read or changed, then it says so (HTTP ${status})`, async () => {
      const ca = (name: string): Declared => ({
        type: "ClientMtlsCaCertificate",
        name: "callers",
        args: { certificate: emulator.authority.certificate, name },
      });
      const own = new Stack(emulator, { project: "shop", stack: `callers${status}` });
      await own.up([ca(`callers${status}`)]);
      const runs: [Permission, (key: string) => Promise<unknown>][] = [
        ["caCertificates.read", key => own.refresh(envOf(key))],
        ["caCertificates.change", key => own.up([ca(`renamed${status}`)], envOf(key))],
        ["caCertificates.change", key => own.destroy(envOf(key))],
      ];
      for (const [permission, run] of runs) {
        const { text } = await read(run(keyWithout(emulator, permission, status)));
        assertTells(text, permission, status);
        assert.ok(own.outputs(ca("")));
      }
      await own.destroy();
    });

    it(`given a key of another project, when a stack is read or destroyed, then nothing is gone (HTTP ${status})`, async () => {
      const program = await programOf(emulator);
      await stack.up(program);
      const key = emulator.addKey({ project: "other", refusal: status });
      for (const run of [() => stack.refresh(envOf(key)), () => stack.destroy(envOf(key))]) {
        const { text, failed } = await read(run());
        assert.ok(failed);
        assert.match(text, /(may|allowed to) read the (mTLS certificates|deployments) of the project\./);
        assert.ok(stack.outputs(program[0]));
      }
      assertSafe(emulator);
      await stack.up(program);
    });
  }

  it("given no key at all, when files are checked, then none is asked for", async () => {
    const { stderr } = await cli(["check", "missing.pem", "missing.pem"], { env: {} });
    assert.ok(!stderr.includes("API key"), stderr);
  });

  it("given variables that it may not read, when a release has to know them, then it says so", async () => {
    const program = await programOf(emulator);
    await stack.up(program);
    const key = keyWithout(emulator, "variables.read", 404);
    const name = String(stack.outputs(program[0]).name);
    const { text, failed } = await command(
      emulator,
      key,
      "release",
      name,
      "--branch",
      "staging",
      "--value",
      other,
    );
    assert.ok(failed);
    assert.ok(isTold(text, "variables.read"), text);
  });
});

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
  assert.ok(isTold(text, permission), text);
  assert.match(text, new RegExp(`HTTP ${status}`));
}

function isTold(text: string, permission: Permission): boolean {
  const right = rightOf[permission];
  return [`may ${right}.`, `allowed to ${right}.`].some(words => text.includes(words));
}

function newStack(emulator: Emulator): Stack {
  return new Stack(emulator);
}

async function programOf(emulator: Emulator, issued?: Issued): Promise<[Declared, ...Declared[]]> {
  // An empty value leaves a branch as it can be pushed when its certificate goes.
  return binding(issued ?? (await emulator.authority.issue()), [{ branches: ["staging"], verify }], {
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
