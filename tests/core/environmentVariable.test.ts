import assert from "node:assert/strict";
import { type Emulator, spoil } from "../../emulator";
import { Conflict } from "../../provider/api/errors";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { memoryKey } from "../../provider/resources/hidden";
import { makeByHand } from "../situations/expect";
import { inProject } from "../support/byHand";
import { contextOf, RecordingLogger, uploadCertificate, withCallsOf, withEmulator } from "../support/core";
import { calls } from "../support/rotation";

const args = { branch: "feature/x", name: "BACKEND", value: "one" };
const branches = [{ name: "feature/x" }];
const isCreate = (call: { kind: string }) => call.kind === "variable.create";

describe("an environment variable", () => {
  it("is created with one call, and updated with one", () =>
    withEmulator({ branches }, async emulator => {
      const { id, state } = await environmentVariable.create(contextOf(emulator), args);
      assert.equal(id, "feature/x/BACKEND");
      await environmentVariable.update(contextOf(emulator), id, state, { ...args, value: "two" });
      assert.deepEqual(emulator.variables("feature/x"), { BACKEND: "two" });
      assert.deepEqual(
        emulator.writes().map(({ kind }) => kind),
        ["variable.create", "variable.update"],
      );
    }));

  for (const status of [400, 409]) {
    it(`that exists (HTTP ${status}) is taken over, and that is said`, () =>
      withEmulator({ branches }, async emulator => {
        await environmentVariable.create(contextOf(emulator), args);
        const log = new RecordingLogger();
        if (status === 409) emulator.onCall(spoil(isCreate, { status, body: { title: "Conflict" } }));
        await environmentVariable.create(contextOf(emulator, { log }), { ...args, value: "two" });
        assert.deepEqual(emulator.variables("feature/x"), { BACKEND: "two" });
        assert.equal(log.lines.length, 1);
        assert.match(String(log.lines[0]), /^info: .*\[ZUPLO1302\]$/);
      }));
  }

  it("that exists is an error with adopt: false, and keeps its value", () =>
    withEmulator({ branches }, async emulator => {
      await environmentVariable.create(contextOf(emulator), args);
      const again = environmentVariable.create(contextOf(emulator), { ...args, value: "two", adopt: false });
      await assert.rejects(
        again,
        error => error instanceof Conflict && /import it, or remove `adopt: false`/.test(error.message),
      );
      assert.deepEqual(emulator.variables("feature/x"), { BACKEND: "one" });
    }));

  it("that everybody reads is not overwritten with a secret", () =>
    withEmulator({}, async emulator => {
      await makeByHand(emulator, "main", "TOKEN", "read by all");
      const args = { branch: "main", name: "TOKEN", value: "a secret value", isSecret: true };
      await assert.rejects(environmentVariable.create(contextOf(emulator), args), /ZUPLO1313/);
      assert.equal(emulator.variables("main").TOKEN, "read by all");
    }));

  it("that exists with another isSecret is an error that says what to set", () =>
    withEmulator({ branches }, async emulator => {
      await environmentVariable.create(contextOf(emulator), args);
      const again = environmentVariable.create(contextOf(emulator), { ...args, isSecret: true });
      await assert.rejects(
        again,
        /exists with isSecret false, which Zuplo cannot change\. Nothing was changed\.\nSet isSecret to false, or choose another name/,
      );
    }));

  describe("that exists as a secret", () => {
    const create = (emulator: Emulator, context = contextOf(emulator)) =>
      environmentVariable.create(context, { branch: "main", name: "TOKEN", value: "new" });
    const withSecret = (work: (emulator: Emulator) => Promise<void>) =>
      withEmulator({}, async emulator => {
        const body = { name: "TOKEN", value: "only Zuplo has it", isSecret: true };
        await inProject(emulator, "POST", "/branches/main/variables", body);
        await makeByHand(emulator, "main", "OTHER", "read by all");
        await work(emulator);
      });

    it("is not overwritten with a value that is none", () =>
      withSecret(async emulator => {
        await assert.rejects(create(emulator), /isSecret true, .*Nothing was changed\..*ZUPLO1313/s);
        assert.equal(emulator.variables("main").TOKEN, "only Zuplo has it");
      }));

    it("is not overwritten where the answer to the create was lost, either", () =>
      withSecret(async emulator => {
        emulator.onCall(spoil(isCreate, { destroy: "before" }));
        await assert.rejects(create(emulator), /ZUPLO1313/);
        assert.equal(emulator.variables("main").TOKEN, "only Zuplo has it");
      }));

    it("and cannot be read is overwritten, which is said, and which the run knows", () =>
      withSecret(async emulator => {
        emulator.readVariablesAs(403);
        const context = contextOf(emulator);
        await assert.rejects(create(emulator, context), /the new value was written.*ZUPLO1313/s);
        assert.equal(emulator.variables("main").TOKEN, "new");
        const { ledger, variables } = await context.session.project({});
        const variable = { branch: "main", name: "TOKEN" };
        assert.deepEqual(ledger.wantedAs(["new"]), [{ ...variable, value: "new" }]);
        assert.equal(variables.writtenValueOf(variable), "new");
      }));
  });

  it("that exists is taken over where Zuplo tells no value of any variable, whatever the run has written", () =>
    withEmulator({}, async emulator => {
      for (const name of ["ONE", "TWO"]) await makeByHand(emulator, "main", name, "old");
      emulator.readVariablesAs("masked");
      const context = contextOf(emulator);
      for (const name of ["ONE", "TWO"])
        await environmentVariable.create(context, { branch: "main", name, value: "new" });
      assert.deepEqual(emulator.variables("main"), { ONE: "new", TWO: "new" });
    }));

  it("that exists without a value is taken over, whether it may be a secret or not", () =>
    withEmulator({}, async emulator => {
      await makeByHand(emulator, "main", "TOKEN", "");
      await environmentVariable.create(contextOf(emulator), { branch: "main", name: "TOKEN", value: "new" });
      assert.equal(emulator.variables("main").TOKEN, "new");
    }));

  for (const destroy of ["before", "after"] as const) {
    it(`survives a create whose answer was lost ${destroy} it was applied`, () =>
      withEmulator({ branches }, async emulator => {
        emulator.onCall(spoil(isCreate, { destroy }));
        await environmentVariable.create(contextOf(emulator), args);
        assert.deepEqual(emulator.variables("feature/x"), { BACKEND: "one" });
      }));
  }

  it("keeps in its state the certificate that it named before, and no other value", () =>
    withEmulator({}, async emulator => {
      const context = contextOf(emulator);
      const [one, two] = [
        await uploadCertificate(context, await emulator.authority.issue()),
        await uploadCertificate(context, await emulator.authority.issue()),
      ].map(({ state }) => state.name);
      assert.ok(one !== undefined && two !== undefined);
      const args = (value: string) => ({ branch: "main", name: "BACKEND", value });
      const { id, state } = await environmentVariable.create(context, args("s3cret"));
      // when
      const named = await environmentVariable.update(context, id, state, args(one));
      const renamed = await environmentVariable.update(context, id, named, args(two));
      const other = await environmentVariable.update(context, id, renamed, args("s3cret-too"));
      // then
      const kept = [named, renamed, other].map(({ [memoryKey]: memory }) => memory?.last);
      assert.deepEqual(kept, [undefined, one, undefined]);
    }));

  it("that was deleted outside is created again", () =>
    withEmulator({ branches }, async emulator => {
      const olds = { ...args, value: "zero" };
      await environmentVariable.update(contextOf(emulator), "feature/x/BACKEND", olds, args);
      assert.deepEqual(emulator.variables("feature/x"), { BACKEND: "one" });
    }));

  it("that is not there is not imported, as far as that can be seen", () =>
    withEmulator({}, async emulator => {
      const found = () => environmentVariable.import(contextOf(emulator), "main/NO_SUCH_VARIABLE");
      assert.equal(await found(), undefined);
      emulator.readVariablesAs(403);
      assert.equal((await found())?.id, "main/NO_SUCH_VARIABLE");
    }));

  it("is left as it is when it is deleted, and that is said", () =>
    withEmulator({ branches }, async emulator => {
      const log = new RecordingLogger();
      const { id, state } = await environmentVariable.create(contextOf(emulator), args);
      emulator.clearTrace();
      await environmentVariable.delete(contextOf(emulator, { log }), id, state);
      assert.deepEqual(emulator.trace, []);
      assert.match(log.lines.join(), /left at Zuplo with its last value: the API cannot delete a variable/);
    }));

  for (const status of [418, 429])
    it(`keeps a secret out of an error that echoes it (HTTP ${status})`, () =>
      withCallsOf(1000, () =>
        withEmulator({ branches }, async emulator => {
          const value = 'top "secret" value/+?';
          const echo = `${value} ${JSON.stringify(value)} ${encodeURIComponent(value)} ${Buffer.from(value).toString("base64")}`;
          emulator.onCall(spoil(() => true, { status, body: { title: "No", detail: echo } }, 10));
          const context = contextOf(emulator, { env: { ZUPLO_CALL_TIMEOUT: "1" } });
          const create = environmentVariable.create(context, { ...args, value, isSecret: true });
          await assert.rejects(create, (error: Error) => {
            const shown = `${error.message} ${error.stack} ${JSON.stringify(error)}`;
            for (const part of [value, "top", "dG9w"]) assert.ok(!shown.includes(part), shown);
            return true;
          });
          assert.ok(calls(emulator.trace, "variable.create").length > 0);
        }),
      ));
});
