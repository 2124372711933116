import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority } from "../../emulator/pki";
import { upload } from "../support/byHand";
import { RecordingLogger } from "../support/core";
import { type Declared, Stack } from "../support/run";
import {
  ask,
  assertLogged,
  assertPushSafe,
  assertServedBy,
  branchesOf,
  failureOf,
  makeByHand,
  redeploysOf,
} from "./expect";
import { binding, certificate, named, redeployed, variable } from "./programs";

/** Long enough for a backend that accepts the certificate; all the others fail. */
const verify = { path: "/health", timeout: 1 };

/** What the first stage refuses must not wait in the variables of those that come later. */
describe("a stage that fails", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("staging", "qa", "main", "canary"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  /** The backend does not trust its authority. */
  const refused = async () => (await createAuthority()).issue();
  /** Somebody pushes a branch while the first redeploy is under way. */
  const pushOnce = (branch: string) => {
    let isPushed = false;
    emulator.onCall(({ kind }) => {
      if (kind === "deployment.deploy" && !isPushed) {
        isPushed = true;
        void emulator.push(branch);
      }
      return undefined;
    });
  };
  const stages = [
    { branches: ["staging"], verify },
    { branches: ["qa"], verify },
  ];

  it("leaves no branch of a later stage of its type with the certificate that was refused", async () => {
    // given
    const first = binding(await emulator.authority.issue(), stages);
    await stack.up(first);
    const { name } = stack.outputs(first[0]);
    // when
    const wrong = binding(await refused(), stages);
    const { message } = await failureOf(stack.up(wrong));
    // then
    assert.match(message, /Rolled back .*variable 'qa\/BACKEND_MTLS_CERT' back to its previous value/);
    for (const branch of ["staging", "qa"]) assert.equal(emulator.variables(branch)[variable], name);
    await assertPushSafe(emulator, "staging", "qa");
    // and when it is tried in vain again, with the same one and with another one
    for (const again of [wrong, binding(await refused(), stages)]) {
      await failureOf(stack.up(again));
      await assertPushSafe(emulator, "staging", "qa");
    }
    // and when it is mended
    const right = binding(await emulator.authority.issue(), stages);
    await stack.up(right);
    for (const branch of ["staging", "qa"]) assertServedBy(emulator, branch, stack.outputs(right[0]).name);
    await assertPushSafe(emulator, "staging", "qa");
  });

  it("is put back at once, however long it takes to look at the later ones", async () => {
    // given
    await stack.up(binding(await emulator.authority.issue(), stages));
    const qa = emulator.deployment("qa").name;
    let isRolled = false;
    emulator.onCall(({ kind, subject }) => {
      if (kind === "deployment.deploy") isRolled = true;
      return isRolled && kind === "environment.configurations" && subject === qa
        ? { delayMs: 3000 }
        : undefined;
    });
    emulator.clearTrace();
    // when
    await failureOf(stack.up(binding(await refused(), stages)));
    // then
    const [bad, back] = emulator.trace.filter(({ kind }) => kind === "deployment.deploy").map(({ at }) => at);
    const slow = emulator.trace.findLast(
      ({ kind, subject }) => kind === "environment.configurations" && subject === qa,
    );
    assert.ok(bad !== undefined && back !== undefined && slow !== undefined);
    assert.ok(back < slow.at + 2500, "the redeploy that restores did not wait");
    await assertPushSafe(emulator, "staging", "qa");
  });

  it("is tried again with the same certificate once the backend accepts it, and the later stage follows", async () => {
    // given
    await stack.up(binding(await emulator.authority.issue(), stages));
    const authority = await createAuthority();
    const next = binding(await authority.issue(), stages);
    await failureOf(stack.up(next));
    // when
    emulator.backend.setClientAuthorities([emulator.authority.certificate, authority.certificate]);
    await stack.up(next);
    // then
    for (const branch of ["staging", "qa"]) assertServedBy(emulator, branch, stack.outputs(next[0]).name);
    await assertPushSafe(emulator, "staging", "qa");
  });

  it("made of parts, puts back the variables of other types, too, and leaves those of somebody else", async () => {
    // given all variables before the first redeploy
    const program = async (issued: Parameters<typeof certificate>[1]): Promise<Declared[]> => {
      const own = certificate("backend", issued);
      const variables = ["staging", "qa", "main"].map(branch => named(own, branch));
      const [staging, qa, main] = variables as [Declared, Declared, Declared];
      const rolls = [
        redeployed([own], [staging], "staging", { redeployment: { verify } }),
        redeployed([own], [qa], "qa", { redeployment: { verify } }),
        redeployed([own], [main], "main", { redeployment: { verify } }),
      ];
      return [own, ...variables, ...rolls];
    };
    const first = await program(await emulator.authority.issue());
    await stack.up(first);
    const name = stack.outputs(first[0] as Declared).name;
    // when somebody sets one of them while the first stage is verified
    emulator.onCall(({ kind }) => {
      if (kind === "deployment.deploy")
        emulator.hands.setVariable(emulator.project, "qa", variable, String(name).replace(/.$/, "x"));
      return undefined;
    });
    await failureOf(stack.up(await program(await refused())));
    // then
    for (const branch of ["staging", "main"])
      assert.equal(emulator.variables(branch)[variable], name, branch);
    assert.notEqual(emulator.variables("qa")[variable], name);
    await emulator.push("main");
    assert.equal(await ask(emulator, "main"), 200);
  });

  it("redeploys a later one that somebody has pushed before its variable was put back", async () => {
    // given
    const blue = certificate("blue", await emulator.authority.issue(), { name: "blue_2026" });
    const green = certificate("green", await refused(), { name: "green_2027" });
    const using = (own: Declared): Declared[] => {
      const variables = ["staging", "qa"].map(branch => named(own, branch, { name: "use" }));
      const [staging, qa] = variables as [Declared, Declared];
      const options = { name: "use", redeployment: { verify } };
      const rolls = [
        redeployed([own], [staging], "staging", options),
        redeployed([own], [qa], "qa", options),
      ];
      return [blue, green, ...variables, ...rolls];
    };
    await stack.up(using(blue));
    pushOnce("qa");
    const log = new RecordingLogger();
    // when
    await failureOf(stack.up(using(green), { log }));
    // then
    for (const branch of ["staging", "qa"]) assertServedBy(emulator, branch, "blue_2026");
    assert.match(
      assertLogged(log, "ZUPLO1415"),
      /had been deployed after its variable was set to 'green_2027', which failed at/,
    );
    await assertPushSafe(emulator, "staging", "qa");
    // and what was never pushed is not redeployed
    emulator.clearTrace();
    await failureOf(stack.up(using(green)));
    assert.equal(redeploysOf(emulator, "qa"), 0);
  });

  it("says so where such a later one cannot be redeployed", async () => {
    // given
    const first = binding(await emulator.authority.issue(), stages);
    await stack.up(first);
    pushOnce("qa");
    const qa = emulator.deployment("qa").name;
    emulator.onCall(({ kind, subject }) =>
      kind === "deployment.deploy" && subject === qa ? { status: 403 } : undefined,
    );
    const log = new RecordingLogger();
    // when
    await failureOf(stack.up(binding(await refused(), stages), { log }));
    // then
    assert.match(
      assertLogged(log, "ZUPLO1415"),
      /may have been deployed after .*could not be redeployed: .*403.*Redeploy it/,
    );
  });

  it("redeploys a later one that another roll of the run has built with the certificate", async () => {
    // given another certificate of the same later branch
    const other = certificate("other", await emulator.authority.issue());
    const program = async (
      issued: Parameters<typeof certificate>[1],
      trigger: string,
    ): Promise<Declared[]> => {
      const own = certificate("backend", issued);
      const [staging, qa] = ["staging", "qa"].map(branch => named(own, branch)) as [Declared, Declared];
      const others = named(other, "qa", { variable: "OTHER_MTLS_CERT" });
      const rolls = [
        redeployed([other], [others], "qa", { redeployment: { triggers: { trigger } } }),
        redeployed([own], [staging], "staging", { redeployment: { verify } }),
        redeployed([own], [qa], "qa", { redeployment: { verify } }),
      ];
      return [other, own, staging, qa, others, ...rolls];
    };
    const first = await program(await emulator.authority.issue(), "one");
    await stack.up(first);
    const { name } = stack.outputs(first[1] as Declared);
    // when
    await failureOf(stack.up(await program(await refused(), "two")));
    // then
    for (const branch of ["staging", "qa"]) assertServedBy(emulator, branch, name);
    await assertPushSafe(emulator, "staging", "qa");
  });

  it("puts later ones back also where there is nothing to go back to itself", async () => {
    // given a later one that serves with a certificate which was made by hand
    await upload(emulator, "hand_made", await emulator.authority.issue());
    await makeByHand(emulator, "qa", variable, "hand_made");
    await emulator.push("qa");
    // when
    const { message } = await failureOf(stack.up(binding(await refused(), stages)));
    // then
    assert.match(
      message,
      /nothing was rolled back\. For later deployments, set back to the previous value: 'qa\/BACKEND_MTLS_CERT'/,
    );
    assert.match(message, /ZUPLO1402/);
    await assertPushSafe(emulator, "qa");
    // and a certificate that the backend takes gets through
    const right = binding(await emulator.authority.issue(), stages);
    await stack.up(right);
    for (const branch of ["staging", "qa"]) assertServedBy(emulator, branch, stack.outputs(right[0]).name);
  });

  it("goes back to what was made by hand however often it is tried in vain", async () => {
    // given
    await upload(emulator, "hand_made", await emulator.authority.issue());
    for (const branch of ["staging", "qa"]) {
      await makeByHand(emulator, branch, variable, "hand_made");
      await emulator.push(branch);
    }
    const wrong = binding(await refused(), stages);
    // when it fails, fails again, is refreshed, and fails with another one
    for (const program of [wrong, wrong, binding(await refused(), stages)]) {
      const { message } = await failureOf(stack.up(program));
      // then
      assert.match(
        message,
        /Rolled back .*variable 'staging\/BACKEND_MTLS_CERT' back to its previous value.*, verified/,
      );
      for (const branch of ["staging", "qa"]) assertServedBy(emulator, branch, "hand_made");
      await assertPushSafe(emulator, "staging", "qa");
      await stack.refresh();
    }
  });

  it("enables the old certificate again for later ones where it has nothing to go back to itself", async () => {
    // given a new first stage
    const first = binding(await emulator.authority.issue(), stages.slice(1));
    await stack.up(first);
    const { name } = stack.outputs(first[0]);
    // when
    await failureOf(stack.up(binding(await refused(), stages)));
    // then
    assert.equal(emulator.variables("qa")[variable], name);
    await assertPushSafe(emulator, "qa");
  });

  it("puts later ones back also where its own rollback breaks off", async () => {
    // given
    const first = binding(await emulator.authority.issue(), stages);
    await stack.up(first);
    const { name } = stack.outputs(first[0]);
    let isRolled = false;
    emulator.onCall(({ kind, subject }) => {
      if (kind === "deployment.deploy") isRolled = true;
      const isBack = isRolled && kind === "variable.update" && subject === `staging/${variable}`;
      return isBack ? { status: 403, body: { title: "Forbidden" } } : undefined;
    });
    // when
    const { message } = await failureOf(stack.up(binding(await refused(), stages)));
    // then
    assert.match(message, /The rollback did not complete/);
    assert.equal(emulator.variables("qa")[variable], name);
    await emulator.push("qa");
    assert.equal(await ask(emulator, "qa"), 200);
  });

  it("puts back what it can where one of the later ones cannot be written", async () => {
    // given
    const three = [...stages, { branches: ["canary"], verify }];
    const first = binding(await emulator.authority.issue(), three);
    await stack.up(first);
    const { name } = stack.outputs(first[0]);
    pushOnce("canary");
    let isRolled = false;
    emulator.onCall(({ kind, subject }) => {
      if (kind === "deployment.deploy") isRolled = true;
      if (!isRolled || kind !== "variable.update") return undefined;
      if (subject === `qa/${variable}`) return { status: 403, body: { title: "Forbidden" } };
      return subject === `canary/${variable}` ? { delayMs: 1500 } : undefined;
    });
    // when
    const { message } = await failureOf(stack.up(binding(await refused(), three)));
    // then
    assert.match(
      message,
      /'canary\/BACKEND_MTLS_CERT' back to its previous value.*The rollback did not complete: .*403/,
    );
    assertServedBy(emulator, "canary", name);
    assert.equal(await ask(emulator, "canary"), 200);
  });

  it("leaves alone what somebody has set while it was built, where it has nothing to go back to", async () => {
    // given
    for (const name of ["hand_made", "hand_two"])
      await upload(emulator, name, await emulator.authority.issue());
    await makeByHand(emulator, "qa", variable, "hand_made");
    await emulator.push("qa");
    emulator.failNextBuild("staging");
    emulator.onCall(({ kind }) => {
      if (kind === "deployment.deploy")
        emulator.hands.setVariable(emulator.project, "qa", variable, "hand_two");
      return undefined;
    });
    // when
    await failureOf(stack.up(binding(await emulator.authority.issue(), stages)));
    // then
    assert.equal(emulator.variables("qa")[variable], "hand_two");
  });

  it("does not redeploy a later one that was pushed before its variable was set, nor one that was only held", async () => {
    // given
    const old = certificate("blue", await emulator.authority.issue(), { name: "blue_2026" });
    const bad = certificate("green", await refused(), { name: "green_2027" });
    const using = (own: Declared): Declared[] => {
      const [staging, main] = ["staging", "main"].map(branch => named(own, branch, { name: "use" })) as [
        Declared,
        Declared,
      ];
      const options = { name: "use", redeployment: { verify } };
      return [
        old,
        bad,
        staging,
        main,
        redeployed([own], [staging], "staging", options),
        redeployed([own], [main], "main", options),
      ];
    };
    await stack.up(using(old));
    let isPushed = false;
    emulator.onCall(({ kind }) => {
      if (kind !== "variable.update" || isPushed) return undefined;
      isPushed = true;
      void emulator.push("main");
      return { delayMs: 100 };
    });
    emulator.clearTrace();
    // when
    await failureOf(stack.up(using(bad)));
    await stack.refresh();
    await stack.up(using(old));
    // then
    assert.equal(redeploysOf(emulator, "main"), 0);
    for (const branch of ["staging", "main"]) assertServedBy(emulator, branch, "blue_2026");
  });
});
