import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiCall, Emulator, Fault } from "../../emulator";
import { createAuthority } from "../../emulator/pki";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import type { RedeploymentArgs } from "../../provider/resources/redeployment/contract";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import type { Context } from "../../provider/resources/resource";
import { contextOf, identity, type RecordingLogger, uploadCertificate, withEmulator } from "../support/core";
import { assertSafe, names } from "../support/rotation";

const variableName = "BACKEND_MTLS_CERT";
const branches = ["staging", "canary"] as const;
type Branch = (typeof branches)[number];
const previews = branches.map(name => ({ name, environmentType: "preview" as const }));
const options = { branches: previews, deployMs: 50 };

/** An answer that is none of Zuplo's: whoever gets it does not know whether the call was applied. */
const proxyPage: Fault = { status: 200, body: "<html></html>", headers: { "content-type": "text/html" } };
const forbidden: Fault = { status: 403, body: { title: "Forbidden" } };
/** What no deployment answers. */
const unmet = { path: "/", status: 418, timeout: 0.5 };

type Variable = Awaited<ReturnType<typeof environmentVariable.create>>;
type Roll = Awaited<ReturnType<typeof redeployment.create>>;
type Places = Record<Branch, { variable: Variable; roll: Roll }>;

const uses = (branch: Branch, value: string, more: Partial<RedeploymentArgs> = {}): RedeploymentArgs => ({
  branch,
  certificates: [value],
  variables: [{ branch, name: variableName, value }],
  verify: { path: "/" },
  timeout: 5,
  ...more,
});

const at = ({ session }: Context, resource: string): Context => ({
  session,
  identity: { ...identity, resource },
});

/** Both branches have one certificate in service. */
async function inService(emulator: Emulator) {
  const { id, state } = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
  const bring = async (branch: Branch) => {
    const run = contextOf(emulator);
    const args = { branch, name: variableName, value: state.name, isSecret: false };
    const variable = await environmentVariable.create(at(run, `variable-${branch}`), args);
    return { variable, roll: await redeployment.create(at(run, branch), uses(branch, state.name)) };
  };
  const places: Places = { staging: await bring("staging"), canary: await bring("canary") };
  return { old: state.name, id, places };
}

/** The next run, which has uploaded a successor. */
async function nextRun(emulator: Emulator, old: string, settings: Parameters<typeof contextOf>[1] = {}) {
  const run = contextOf(emulator, settings);
  const { state } = await uploadCertificate(run, await emulator.authority.issue());
  run.session.program.certificates.notePreviousName(run.identity, old, undefined);
  return { run, next: state.name };
}

const set = (run: Context, branch: Branch, { variable: { id, state } }: Places[Branch], value: string) =>
  environmentVariable.update(at(run, `variable-${branch}`), id, state, {
    branch,
    name: variableName,
    value,
    isSecret: false,
  });

const roll = (run: Context, { roll: { id, state } }: Places[Branch], args: RedeploymentArgs) =>
  redeployment.update(at(run, args.branch ?? ""), id, state, args);

/** As an engine does before it updates anything. */
function tell(run: Context, args: RedeploymentArgs, state?: Roll["state"]): void {
  const context = at(run, args.branch ?? "");
  redeployment.check(context, undefined, { ...args });
  if (state !== undefined) redeployment.diff(context, state, { ...args });
}

/** Sets the variables of both branches to a successor, and tells of their Redeployments. */
async function setAll(run: Context, places: Places, value: string): Promise<void> {
  for (const branch of branches) await set(run, branch, places[branch], value);
  for (const branch of branches) tell(run, uses(branch, value), places[branch].roll.state);
}

/** How something ends: undefined where it goes well. */
const failureOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: Error) => error.message,
  );

/** The first of such calls gets an answer of its own. */
function once(isIt: (call: Readonly<ApiCall>) => boolean, fault: Fault) {
  let count = 0;
  return (call: Readonly<ApiCall>) => (isIt(call) && count++ === 0 ? fault : undefined);
}

const sent = ({ body }: Readonly<ApiCall>) => body as Record<string, unknown>;
const served = (emulator: Emulator, branch: Branch) =>
  emulator.served(branch).at(-1)?.certificates[variableName];
const variableOf = (emulator: Emulator, branch: Branch) => emulator.variables(branch)[variableName];

describe("a variable that goes back, while another deployment is rolled", () => {
  for (const reading of ["masked", "deployed"] as const)
    it(`keeps its certificate where it is read again and told as ${reading}`, () =>
      withEmulator({ branches: previews, deployMs: 300 }, async emulator => {
        const { old, places } = await inService(emulator);
        const alone = { branch: "canary", certificates: [], variables: [], timeout: 5 };
        const other = await redeployment.create(at(contextOf(emulator), "other"), alone);
        const { run, next } = await nextRun(emulator, old);
        await setAll(run, places, next);
        if (reading === "deployed") await emulator.push("staging");
        emulator.readVariablesAs(reading);
        // given another redeploy of canary, and while it is under way, the rolls of both begin
        const rolls: Promise<string | undefined>[] = [];
        const first = once(({ kind }) => kind === "certificate.get", proxyPage);
        const staging = emulator.deployment("staging").name;
        emulator.onCall(call => {
          const isDeploy = call.kind === "deployment.deploy";
          if (isDeploy && rolls.length === 0)
            for (const branch of ["canary", "staging"] as const)
              rolls.push(failureOf(roll(run, places[branch], uses(branch, next))));
          if (isDeploy && call.subject === staging) return { delayMs: 1500 };
          // when staging fails before Zuplo is asked for a build
          return first(call);
        });
        await redeployment.update(at(run, "other"), other.id, other.state, { ...alone, triggers: "again" });
        await Promise.all(rolls);
        // then its variable is back, and canary has not disabled what it names
        assert.equal(variableOf(emulator, "staging"), old);
        assertSafe(emulator);
      }));

  it("keeps its certificate where the answer is lost", () =>
    withEmulator(options, async emulator => {
      const { old, places } = await inService(emulator);
      const { run, next } = await nextRun(emulator, old);
      await setAll(run, places, next);
      // when canary begins while the variable of staging goes back
      const canary: Promise<string | undefined>[] = [];
      const first = once(({ kind }) => kind === "certificate.get", proxyPage);
      emulator.onCall(call => {
        const isBack =
          call.subject === `staging/${variableName}` &&
          call.kind === "variable.update" &&
          sent(call).value === old;
        if (!isBack) return first(call);
        if (canary.length === 0) canary.push(failureOf(roll(run, places.canary, uses("canary", next))));
        return { ...proxyPage, when: "after", delayMs: 300 };
      });
      assert.ok(await failureOf(roll(run, places.staging, uses("staging", next))));
      await Promise.all(canary);
      assertSafe(emulator);
    }));

  it("stays where a lost write may disable what it would name", () =>
    withEmulator(options, async emulator => {
      const { old, places } = await inService(emulator);
      const { run, next } = await nextRun(emulator, old, { env: { ZUPLO_CALL_TIMEOUT: "0.3" } });
      await setAll(run, places, next);
      // given that canary's disabling comes when nobody waits for it any more
      const staging = emulator.deployment("staging").name;
      emulator.onCall(async call => {
        const isDisabling =
          call.kind === "certificate.update" && !String(sent(call).environments).includes("preview");
        if (isDisabling) await sleep(1500);
        return call.kind === "deployment.deploy" && call.subject === staging ? forbidden : undefined;
      });
      // when staging fails in the meantime
      const canary = failureOf(roll(run, places.canary, uses("canary", next)));
      await sleep(100);
      assert.ok(await failureOf(roll(run, places.staging, uses("staging", next))));
      assert.ok(await canary);
      await sleep(2500);
      assertSafe(emulator);
    }));

  it("keeps its certificate where a sweep was about to delete it", () =>
    withEmulator(options, async emulator => {
      // given two variables of staging, and a run that was killed when its last build was served
      const { state, id } = await uploadCertificate(contextOf(emulator), await emulator.authority.issue(), {
        environments: ["preview"],
      });
      const old = state.name;
      const variablesOf = (branch: Branch, value: string) =>
        (branch === "staging" ? [variableName, "SECOND"] : [variableName]).map(name => ({
          branch,
          name,
          value,
        }));
      const argsOf = (branch: Branch, value: string) =>
        uses(branch, value, { variables: variablesOf(branch, value) });
      const bring = async (branch: Branch) => {
        const run = contextOf(emulator);
        for (const variable of variablesOf(branch, old))
          await environmentVariable.create(at(run, `${branch}-${variable.name}`), {
            ...variable,
            isSecret: false,
          });
        return redeployment.create(at(run, branch), argsOf(branch, old));
      };
      const [staging, canary] = [await bring("staging"), await bring("canary")];
      const killed = contextOf(emulator);
      const { state: successor } = await uploadCertificate(killed, await emulator.authority.issue(), {
        environments: ["preview"],
      });
      const next = successor.name;
      const { client, scope } = await killed.session.project({});
      for (const branch of branches)
        for (const { name, value } of variablesOf(branch, next))
          await client.updateVariable(scope, branch, { name, value, isSecret: false });
      killed.session.program.certificates.notePreviousName(killed.identity, old, undefined);
      const rolled = await redeployment.update(
        at(killed, "canary"),
        canary.id,
        canary.state,
        argsOf("canary", next),
      );
      await client.updateCertificate(scope, id, old, []);
      await emulator.push("staging");
      // when staging cannot be prepared, while a roll of canary ends
      const run = contextOf(emulator, { now: () => Date.now() + 2 * 60 * 60 * 1000 });
      run.session.program.certificates.note(run.identity, {
        name: next,
        environments: ["preview"],
        onDelete: "delete",
      });
      const other: Promise<string | undefined>[] = [];
      emulator.onCall(call => {
        if (call.kind === "variable.update" && call.subject === "staging/SECOND" && sent(call).value === next)
          return { ...forbidden, delayMs: 200 };
        if (call.kind !== "certificate.get" || other.length > 0) return undefined;
        const again = { ...argsOf("canary", next), triggers: "again" };
        other.push(failureOf(redeployment.update(at(run, "canary"), canary.id, rolled, again)));
        return { delayMs: 3000 };
      });
      const update = redeployment.update(
        at(run, "staging"),
        staging.id,
        staging.state,
        argsOf("staging", next),
      );
      assert.ok(await failureOf(update));
      assert.deepEqual(await Promise.all(other), [undefined]);
      // then what staging names is there
      assertSafe(emulator);
    }));

  it("is set back, too, where it is set after its value has failed", () =>
    withEmulator(options, async emulator => {
      const { old, places } = await inService(emulator);
      const { run, next } = await nextRun(emulator, old);
      await set(run, "staging", places.staging, next);
      for (const branch of branches) tell(run, uses(branch, next), places[branch].roll.state);
      // given a write to canary's variable that is under way when staging fails
      const late: Promise<string | undefined>[] = [];
      emulator.onCall(({ kind, subject }) => {
        if (kind === "deployment.deploy" && late.length === 0)
          late.push(failureOf(set(run, "canary", places.canary, next)));
        return kind === "variable.update" && subject === `canary/${variableName}`
          ? { delayMs: 3000 }
          : undefined;
      });
      assert.ok(await failureOf(roll(run, places.staging, uses("staging", next, { verify: unmet }))));
      const [failure] = await Promise.all(late);
      // then its own resource fails, so that its state has what Zuplo has
      assert.match(
        failure ?? "",
        /deployment '.*' could not be rolled to the new value in this run, so the variable has its previous value again/,
      );
      for (const branch of branches) assert.equal(variableOf(emulator, branch), old, branch);
    }));

  it("is set back where it is not verified, either, and a rollback elsewhere keeps it from its roll", () =>
    withEmulator(options, async emulator => {
      const { old, places } = await inService(emulator);
      const { run, next } = await nextRun(emulator, old);
      await setAll(run, places, next);
      // given another redeploy of canary that is under way, so that its roll has begun and waits
      const project = await run.session.project({});
      void project.exclusively(`deployment/${emulator.deployment("canary").name}`, () => sleep(4000));
      const rolls = [
        roll(run, places.staging, uses("staging", next, { verify: unmet })),
        roll(run, places.canary, uses("canary", next, { verify: undefined })),
      ];
      for (const failure of await Promise.all(rolls.map(failureOf))) assert.ok(failure);
      for (const branch of branches) assert.equal(variableOf(emulator, branch), old, branch);
    }));
});

describe("a list that fails for one resource", () => {
  it("does not fail the upload of another, which would be refused from then on", () =>
    withEmulator({ deployMs: 50 }, async emulator => {
      const issued = await emulator.authority.issue();
      const run = contextOf(emulator);
      emulator.onCall(({ kind }) => {
        if (kind === "certificate.list") return { ...forbidden, delayMs: 800 };
        return kind === "certificate.create" ? { delayMs: 300 } : undefined;
      });
      const variable = { branch: "main", name: variableName, value: "x_a1b2deadbeef", isSecret: false };
      const [upload, other] = await Promise.all([
        failureOf(uploadCertificate(at(run, "backend"), issued, { name: "backend" })),
        failureOf(environmentVariable.create(at(run, "other"), variable)),
      ]);
      assert.equal(upload, undefined);
      assert.match(other ?? "", /Forbidden/);
    }));

  /** The next run, about to roll staging; once it asks for the build, another resource reads a list, which fails late. */
  async function aboutToRoll(
    emulator: Emulator,
    list: ApiCall["kind"],
    argsOf: (next: string) => RedeploymentArgs,
  ) {
    const { old, places } = await inService(emulator);
    const { run, next } = await nextRun(emulator, old);
    await set(run, "staging", places.staging, next);
    tell(run, uses("staging", next), places.staging.roll.state);
    const other: Promise<string | undefined>[] = [];
    const failing = once(({ kind }) => kind === list && other.length > 0, { ...forbidden, delayMs: 2500 });
    emulator.onCall(call => {
      if (call.kind === "deployment.deploy" && other.length === 0)
        other.push(failureOf(redeployment.create(at(run, "other"), argsOf(next))));
      return failing(call);
    });
    return { old, places, run, next, other };
  }

  it("does not keep another from going back", () =>
    withEmulator(options, async emulator => {
      const { old, places, run, next, other } = await aboutToRoll(emulator, "certificate.list", () =>
        uses("canary", "missing", { variables: [] }),
      );
      const verify = { ...unmet, timeout: 1 };
      const failure = await failureOf(roll(run, places.staging, uses("staging", next, { verify })));
      assert.match(failure ?? "", /answered 200 instead of 418.*Rolled back/s);
      assert.deepEqual([variableOf(emulator, "staging"), served(emulator, "staging")], [old, old]);
      await Promise.all(other);
    }));

  it("does not take back a build of another that works", () =>
    withEmulator({ branches: previews, deployMs: 300 }, async emulator => {
      const { places, run, next, other } = await aboutToRoll(emulator, "deployment.list", name => ({
        ...uses("canary", name, { variables: [] }),
        branch: "nowhere",
      }));
      assert.equal(await failureOf(roll(run, places.staging, uses("staging", next))), undefined);
      assert.equal(served(emulator, "staging"), next);
      await Promise.all(other);
    }));
});

describe("the way back of a deployment", () => {
  for (const order of [
    ["canary", "staging"],
    ["staging", "canary"],
  ] as const)
    it(`is there without a state, where ${order.join(" comes before ")}`, () =>
      withEmulator(options, async emulator => {
        // given variables that name the certificate in service, and no state that knows of them
        const { old } = await inService(emulator);
        const { run, next } = await nextRun(emulator, old);
        for (const branch of order) tell(run, uses(branch, next));
        for (const branch of order) {
          const args = { branch, name: variableName, value: next, isSecret: false };
          await environmentVariable.create(at(run, `variable-${branch}`), args);
        }
        // when canary fails, be it before or after staging has let the old certificate go
        for (const branch of order) {
          const verify = branch === "canary" ? unmet : { path: "/" };
          await failureOf(redeployment.create(at(run, branch), uses(branch, next, { verify })));
        }
        assert.deepEqual([variableOf(emulator, "canary"), served(emulator, "canary")], [old, old]);
      }));

  it("is not swept up before it has been rolled", () =>
    withEmulator(options, async emulator => {
      const { old, id, places } = await inService(emulator);
      // given a run that rolled canary, and was killed before it had verified staging
      const { run: killed, next } = await nextRun(emulator, old);
      const { client, scope } = await killed.session.project({});
      for (const branch of branches) await set(killed, branch, places[branch], next);
      const canary = await roll(killed, places.canary, uses("canary", next));
      await client.updateCertificate(scope, id, old, []);
      await emulator.push("staging");
      // when the next run redeploys canary, and then what staging serves does not work
      const run = contextOf(emulator, { now: () => Date.now() + 2 * 60 * 60 * 1000 });
      run.session.program.certificates.note(run.identity, {
        name: next,
        environments: ["preview"],
        onDelete: "delete",
      });
      tell(run, uses("staging", next), places.staging.roll.state);
      tell(run, uses("canary", next), canary);
      const again = uses("canary", next, { triggers: "again" });
      await redeployment.update(at(run, "canary"), places.canary.roll.id, canary, again);
      assert.ok(names(emulator).includes(old));
      assert.ok(await failureOf(roll(run, places.staging, uses("staging", next, { verify: unmet }))));
      assert.deepEqual([variableOf(emulator, "staging"), served(emulator, "staging")], [old, old]);
    }));
});

describe("Redeployments of one deployment", () => {
  const letters = ["P", "Q"] as const;
  type Letter = (typeof letters)[number];
  type Bindings = Record<Letter, { variable: Variable; roll: Roll }>;
  const variableArgs = (letter: Letter, value: string) => ({
    branch: "staging",
    name: `${letter}_CERT`,
    value,
    isSecret: false,
  });
  const argsOf = (letter: Letter, value: string, others: RedeploymentArgs["variables"] = []) =>
    uses("staging", value, {
      variables: [{ branch: "staging", name: `${letter}_CERT`, value }, ...others],
      verify: { path: `/via/${letter}_CERT/`, timeout: 1 },
    });
  const upload = async (emulator: Emulator, run: Context, name: string, authority = emulator.authority) =>
    (await uploadCertificate(at(run, name), await authority.issue(), { name })).state.name;

  /** Two bindings of staging in service, and the next run, with successors: the backend refuses that of P. */
  async function inServiceTogether(
    emulator: Emulator,
    { others = [], between }: { others?: RedeploymentArgs["variables"]; between?: () => Promise<void> } = {},
  ) {
    const bring = async (letter: Letter) => {
      const run = contextOf(emulator);
      const value = await upload(emulator, run, `${letter}_one`);
      const args = variableArgs(letter, value);
      const variable = await environmentVariable.create(at(run, `variable-${letter}`), args);
      const more = letter === "P" ? others : [];
      return { variable, roll: await redeployment.create(at(run, letter), argsOf(letter, value, more)) };
    };
    const bindings: Bindings = { P: await bring("P"), Q: await bring("Q") };
    const run = contextOf(emulator);
    await upload(emulator, run, "P_two", await createAuthority({ commonName: "Other CA" }));
    await upload(emulator, run, "Q_two");
    for (const letter of ["Q", "P"] as const) {
      if (letter === "P") await between?.();
      const { id, state } = bindings[letter].variable;
      const args = variableArgs(letter, `${letter}_two`);
      await environmentVariable.update(at(run, `variable-${letter}`), id, state, args);
    }
    const roll = (letter: Letter, args: RedeploymentArgs) =>
      failureOf(
        redeployment.update(at(run, letter), bindings[letter].roll.id, bindings[letter].roll.state, args),
      );
    return { run, roll };
  }

  const together = { ...options, defaultVariable: "P_CERT" };

  for (const order of ["at the same time", "one after the other"] as const)
    it(`do not take on what one could neither verify nor put back, ${order}`, () =>
      withEmulator(together, async emulator => {
        const { roll } = await inServiceTogether(emulator);
        // when the answer to one disabling is lost
        emulator.onCall(({ kind, subject }) =>
          kind === "certificate.update" && subject === "P_one" ? { ...proxyPage, when: "after" } : undefined,
        );
        const first = roll("P", argsOf("P", "P_two"));
        if (order === "one after the other") await first;
        const second = await roll("Q", argsOf("Q", "Q_two"));
        assert.ok(await first);
        // then nothing is redeployed, and what the other one has set is back
        assert.match(
          second ?? "",
          /another Redeployment of this deployment failed before anything was redeployed, and a variable it had changed/,
        );
        assert.equal((await fetch(`${emulator.deployment("staging").url}/via/P_CERT/`)).status, 200);
        assert.equal(emulator.variables("staging").Q_CERT, "Q_one");
        assertSafe(emulator);
      }));

  it("are not redeployed for what was deployed meanwhile, either", () =>
    withEmulator(together, async emulator => {
      // given a push between the two variables
      const { run, roll } = await inServiceTogether(emulator, { between: () => emulator.push("staging") });
      emulator.onCall(({ kind, subject }) =>
        kind === "certificate.update" && subject === "P_one" ? { ...proxyPage, when: "after" } : undefined,
      );
      await Promise.all([roll("P", argsOf("P", "P_two")), roll("Q", argsOf("Q", "Q_two"))]);
      // then what failed stays out of service, and somebody is told
      assert.equal((await fetch(`${emulator.deployment("staging").url}/via/P_CERT/`)).status, 200);
      const { lines } = run.session.log as RecordingLogger;
      assert.ok(lines.some(line => /ZUPLO1415/.test(line) && /could not be redeployed/.test(line)));
    }));

  it("go on without one that has failed, where somebody has given its variable a third value", () =>
    withEmulator(together, async emulator => {
      const { roll } = await inServiceTogether(emulator);
      const somebody = contextOf(emulator);
      const third = await upload(emulator, somebody, "by_hand");
      const { client, scope } = await somebody.session.project({});
      await client.updateVariable(scope, "staging", { name: "P_CERT", value: third, isSecret: false });
      const wrong = { ...argsOf("P", "P_two"), certificates: ["P_two", "missing"] };
      const [first, second] = await Promise.all([roll("P", wrong), roll("Q", argsOf("Q", "Q_two"))]);
      assert.match(first ?? "", /certificate 'missing' does not exist/);
      assert.equal(second, undefined);
      assert.equal(emulator.variables("staging").P_CERT, third);
    }));

  it("go on without one that has failed, where only a variable of another kind could not be put back", () =>
    withEmulator(together, async emulator => {
      const feature = (value: string) => [{ branch: "staging", name: "FEATURE", value }];
      const { client, scope } = await contextOf(emulator).session.project({});
      await client.createVariable(scope, "staging", { name: "FEATURE", value: "1", isSecret: false });
      const { roll } = await inServiceTogether(emulator, { others: feature("1") });
      const wrong = { ...argsOf("P", "P_two", feature("2")), certificates: ["P_two", "missing"] };
      const [first, second] = await Promise.all([roll("P", wrong), roll("Q", argsOf("Q", "Q_two"))]);
      assert.match(first ?? "", /certificate 'missing' does not exist/);
      assert.equal(second, undefined);
      const { P_CERT, Q_CERT } = emulator.served("staging").at(-1)?.certificates ?? {};
      assert.deepEqual([P_CERT, Q_CERT], ["P_one", "Q_two"]);
      assertSafe(emulator);
    }));

  it("have not rolled to a variable of both that one of them has put back", () =>
    withEmulator(options, async emulator => {
      const { old, places } = await inService(emulator);
      const second = await redeployment.create(at(contextOf(emulator), "second"), uses("staging", old));
      const { run, next } = await nextRun(emulator, old);
      await set(run, "staging", places.staging, next);
      tell(run, uses("staging", next), places.staging.roll.state);
      // when one of them fails before Zuplo is asked for a build
      emulator.onCall(once(({ kind }) => kind === "certificate.get", proxyPage));
      const rolls = [
        roll(run, places.staging, uses("staging", next)),
        redeployment.update(at(run, "second"), second.id, second.state, uses("staging", next)),
      ];
      for (const failure of await Promise.all(rolls.map(failureOf))) assert.ok(failure);
      assert.deepEqual([variableOf(emulator, "staging"), served(emulator, "staging")], [old, old]);
      assertSafe(emulator);
    }));
});
