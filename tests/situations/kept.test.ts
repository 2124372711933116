import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { generatedName } from "../../provider/certificates/name";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { keepSecret } from "../../provider/text/secret";
import { contextOf, identity } from "../support/core";
import { calls, names, pem } from "../support/rotation";
import { CheckFailed, Stack } from "../support/run";
import { assertPushSafe, assertServedBy, branchesOf } from "./expect";
import { certificate, parts } from "./programs";

describe("a certificate that stays", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("staging", "main"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  it("situation 11: keeps its name where only the PEM is ignored, whatever name the program's PEM would have", async () => {
    // given
    const [old, ignored] = [await emulator.authority.issue(), await emulator.authority.issue()];
    const context = contextOf(emulator);
    const environments = ["preview"];
    const before = mtlsCertificate.check(context, undefined, { ...pem(old), environments }).inputs;
    // when the engine has put the old PEM in the place of the new one, and left all that follows from it
    const name = generatedName(identity, undefined, ignored.fingerprint);
    const { privateKey } = ignored;
    const news = { certificate: old.chain, privateKey, environments, name };
    const { inputs, failures } = mtlsCertificate.check(context, before, news);
    // then
    assert.deepEqual(failures, []);
    assert.equal(inputs.name, before.name);
  });

  it("situation 12: tells no secret name in a failure, nor what it would be as an identifier", async () => {
    const secret = "very-secret-name-of-mine";
    keepSecret(secret);
    const own = (name: string) => async () =>
      stack.up([certificate("backend", await emulator.authority.issue(), { name })]);
    const tells = (run: () => Promise<unknown>, text: string) =>
      assert.rejects(run, error => {
        assert.ok(error instanceof CheckFailed);
        assert.ok(!error.message.includes(text), error.message);
        return true;
      });
    // no identifier
    await tells(own(secret), secret);
    await tells(own(secret), secret.replaceAll("-", "_"));
    // the name of the one in use
    const fixed = "very_secret_name_in_use";
    keepSecret(fixed);
    await own(fixed)();
    await tells(own(fixed), fixed);
  });

  it("situation 14: by onDelete is not touched when its PEM comes back", async () => {
    // given
    const onDelete = "retain";
    const [first, second] = [await emulator.authority.issue(), await emulator.authority.issue()];
    const branches = ["staging", "main"];
    await stack.up(parts(certificate("backend", first, { onDelete }), branches));
    await stack.up(parts(certificate("backend", second, { onDelete }), branches));
    const kept = emulator.certificates().find(({ fingerprint }) => fingerprint === first.fingerprint);
    assert.ok(kept);
    emulator.clearTrace();
    // when
    const again = certificate("backend", first, { onDelete });
    await stack.up(parts(again, branches));
    // then
    assert.equal(calls(emulator.trace, "certificate.delete").length, 0);
    assert.ok(emulator.certificates().some(({ id }) => id === kept.id));
    const { name } = stack.outputs(again);
    assert.equal(name, `${kept.name}_2`);
    for (const branch of branches) assertServedBy(emulator, branch, name);
    assert.equal(names(emulator).length, 3);
    await assertPushSafe(emulator, ...branches);
  });

  it("by onDelete is not deleted by a destroy that comes to an older generation first", async () => {
    // given a program that has come to keep its certificates, and runs that ended before they deleted what they replaced
    const branches = ["staging", "main"];
    const upOnly = async (onDelete: string) => {
      const own = certificate("backend", await emulator.authority.issue(), { onDelete });
      await stack.up(parts(own, branches), { withoutDeletes: true });
      return stack.outputs(own).name as string;
    };
    const first = await upOnly("delete");
    const [second, third] = [await upOnly("retain"), await upOnly("retain")];
    // when
    await stack.destroy();
    // then
    assert.deepEqual(names(emulator).toSorted(), [second, third].toSorted());
    assert.ok(!names(emulator).includes(first));
  });
});
