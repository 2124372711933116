import fc from "fast-check";
import { type EnvironmentType, environmentTypes } from "../../emulator/state/model";
import { firstRefused } from "./pool";
import type { ComponentSpec } from "./program/spec";
import type { Disturbance, Edit, RunSettings, Step } from "./steps/step";

/** One of what there is. */
export const some = fc.nat({ max: 11 });
/** Most of the certificates work. */
export const pem = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: firstRefused - 1 }) },
  { weight: 2, arbitrary: fc.constantFrom(6, 7) },
);
const working = fc.nat({ max: firstRefused - 1 });
const stack = fc.nat({ max: 2 });
const component = fc.nat({ max: 2 });
const moment = fc.record({ at: fc.nat({ max: 2 }), later: fc.constantFrom(undefined, 300, 1500, 6000) });
const setVariable = fc.record({
  act: fc.constant("set variable" as const),
  branch: some,
  variable: some,
  certificate: some,
});

const hidden = fc.constantFrom("masked" as const, 403 as const, 429 as const);
const plain = { verify: "none" as const, patience: 2, triggers: 0 };
/** About when a verification fails that is tried for two seconds. */
const shortBeforeTheEnd = fc.record({ at: fc.constant(0), later: fc.integer({ min: 1000, max: 2400 }) });
/** When it has just failed: after a build of 250 milliseconds, or of three seconds. */
const atTheEnd = fc.record({
  at: fc.constant(0),
  later: fc.oneof(fc.integer({ min: 2000, max: 2500 }), fc.integer({ min: 4900, max: 5300 })),
});

const calm: RunSettings = { disturbances: [], again: "no" };

function edits(stack: number, ...changes: Edit[]): Step[] {
  return changes.map(edit => ({ do: "edit", stack, edit }));
}

function up(stack: number, ...disturbances: Disturbance[]): Step {
  return { do: "up", stack, run: { disturbances, again: "no" } };
}

/** The program has this, and nothing else. */
function alone(stack: number, ...components: ComponentSpec[]): Step[] {
  const none: Edit[] = [0, 1].map(() => ({ edit: "remove", component: 0 }));
  return [
    ...edits(stack, ...none, ...components.map(component => ({ edit: "add" as const, component }))),
    up(stack),
  ];
}

function newPem(component: number, pem: number): Edit {
  return { edit: "pem", component, certificate: 0, pem };
}

/** Something happens after a redeploy was asked for: at once, or so many milliseconds later. */
function afterDeploy(
  { at, later }: { at: number; later?: number | undefined },
  what: Disturbance["what"],
): Disturbance {
  return { at, of: "deploy", moment: "after", ...(later === undefined ? {} : { later }), what };
}

/** A verification that cannot succeed, and while it runs, somebody is killed or does something. */
const mistaken = fc
  .record({
    stack,
    component,
    pem,
    moment: fc.oneof(moment, shortBeforeTheEnd),
    whom: fc.constantFrom("engine" as const, "engine" as const, "both" as const, "host" as const),
  })
  .map(({ stack, component, pem, moment, whom }): Step[] => [
    ...edits(stack, newPem(component, pem), { edit: "verify", component, verify: "wrong" }),
    up(stack, afterDeploy(moment, { type: "kill", kill: whom })),
    {
      do: "edit and up",
      stack,
      edit: { edit: "verify", component, verify: "right" },
      run: calm,
    },
  ]);

/** A rollback that is no longer what it would lead to. */
const disturbedRollback = fc
  .record({
    stack,
    pem: working,
    moment: fc.oneof(shortBeforeTheEnd, atTheEnd),
    what: fc.oneof<fc.Arbitrary<Disturbance["what"]>[]>(
      fc.record({ variable: fc.constantFrom(0, 1, 2, -1), certificate: some }).map(choice => ({
        type: "outside",
        outside: { act: "set variable", branch: 0, ...choice },
      })),
      // The last one but one is the one to go back to.
      fc
        .constantFrom(-2, -2, 0)
        .map(certificate => ({ type: "outside", outside: { act: "delete certificate", certificate } })),
    ),
  })
  .map(({ stack, pem, moment, what }): Step[] => [
    ...alone(stack, { ...plain, kind: "binding", name: "backend", variable: 0, pem: 0, stages: [["main"]] }),
    ...edits(stack, newPem(0, pem), { edit: "verify", component: 0, verify: "wrong" }),
    up(stack, afterDeploy(moment, what)),
    ...edits(stack, { edit: "verify", component: 0, verify: "right" }),
    up(stack),
  ]);

/** The engine goes when the verification has just failed: nobody is there any more to see the rollback. */
const goneBeforeARollback = fc
  .record({
    stack,
    pem: working,
    moment: atTheEnd,
  })
  .map(({ stack, pem, moment }): Step[] => [
    { do: "outside", outside: { act: "variables", reading: "open" } },
    ...alone(stack, { ...plain, kind: "binding", name: "backend", variable: 0, pem: 0, stages: [["main"]] }),
    ...edits(stack, newPem(0, pem), { edit: "verify", component: 0, verify: "wrong" }),
    up(stack, afterDeploy(moment, { type: "kill", kill: "engine" })),
    ...edits(stack, { edit: "verify", component: 0, verify: "right" }),
    up(stack),
  ]);

/** Some of the deployments go back, and the others go on. */
const brokenBuild = fc
  .record({
    stack,
    component,
    pem: working,
    at: fc.nat({ max: 2 }),
    fate: fc.constantFrom("fail" as const, "hang" as const),
    continueOnError: fc.boolean(),
  })
  .map(({ stack, component, pem, at, fate, continueOnError }): Step[] => [
    ...edits(stack, newPem(component, pem), { edit: "verify", component, verify: "right" }),
    {
      do: "up",
      stack,
      run: {
        continueOnError,
        disturbances: [{ at, of: "deploy", moment: "before", what: { type: "build", fate } }],
        again: "at once",
      },
    },
  ]);

const byHand = fc
  .record({ stack, certificate: some, branch: some, refresh: fc.boolean() })
  .map(({ stack, certificate, branch, refresh }): Step[] => [
    { do: "outside", outside: { act: "disable", certificate, type: "all" } },
    { do: "outside", outside: { act: "push", branch } },
    { do: "up", stack, run: { ...calm, refresh } },
  ]);

const backAgain = fc
  .record({ stack, component, pems: fc.tuple(pem, pem) })
  .map(({ stack, component, pems: [one, other] }): Step[] =>
    [one, other, one].flatMap(pem => [...edits(stack, newPem(component, pem)), up(stack)]),
  );

/** Two certificates in one run: while one of them is rolled, somebody names what the other one is about to let go. */
const twoAtOnce = fc
  .record({
    stack,
    pems: fc.tuple(working, working),
    moment: fc.record({ at: fc.nat({ max: 1 }), later: fc.constantFrom(undefined, 300) }),
    outside: fc.record({
      act: fc.constant("set variable" as const),
      branch: fc.constant(0),
      variable: fc.constantFrom(0, 1, -1, -2),
      // The last ones but two are those that are replaced.
      certificate: fc.constantFrom(-4, -3),
    }),
  })
  .map(({ stack, pems: [one, other], moment, outside }): Step[] => [
    ...alone(
      stack,
      { ...plain, kind: "binding", name: "backend", variable: 0, pem: 0, stages: [["staging"], ["main"]] },
      { ...plain, kind: "binding", name: "payments", variable: 1, pem: 0, stages: [["main"]] },
    ),
    { do: "outside", outside: { act: "variables", reading: "open" } },
    ...edits(stack, newPem(0, one), newPem(1, other)),
    up(stack, afterDeploy(moment, { type: "outside", outside })),
  ]);

const groupNames = ["backend", "payments", "stock", "orders"];

/** Several bindings over the same branches rotate in one run. Some of them go back, and something may happen meanwhile. */
export const group = fc
  .record({
    stack,
    isStaged: fc.boolean(),
    bindings: fc.array(
      fc.record({ pem, verify: fc.constantFrom(...(["right", "right", "right", "none", "wrong"] as const)) }),
      { minLength: 2, maxLength: groupNames.length },
    ),
    disturbances: fc.array(
      fc.oneof<fc.Arbitrary<Disturbance>[]>(
        fc
          .record({ at: fc.nat({ max: 2 }), fate: fc.constantFrom("fail" as const, "hang" as const) })
          .map(({ at, fate }) => ({ at, of: "deploy", moment: "before", what: { type: "build", fate } })),
        fc
          .record({
            moment,
            kill: fc.constantFrom("engine" as const, "both" as const, "host" as const, "cancel" as const),
          })
          .map(({ moment, kill }) => afterDeploy(moment, { type: "kill", kill })),
        fc
          .record({ moment, outside: setVariable })
          .map(({ moment, outside }) => afterDeploy(moment, { type: "outside", outside })),
      ),
      { maxLength: 2 },
    ),
  })
  .map(({ stack, isStaged, bindings, disturbances }): Step[] => [
    ...alone(
      stack,
      ...bindings.map((_, index) => ({
        ...plain,
        kind: "binding" as const,
        name: groupNames[index] ?? "",
        variable: index,
        verify: "right" as const,
        pem: index,
        stages: isStaged ? [["staging"], ["main"]] : [["staging", "main"]],
      })),
    ),
    ...edits(
      stack,
      ...bindings.flatMap(({ pem, verify }, component): Edit[] => [
        newPem(component, pem),
        { edit: "verify", component, verify },
      ]),
    ),
    {
      do: "up",
      stack,
      run: { continueOnError: true, disturbances, again: "no" },
    },
    ...edits(
      stack,
      ...bindings.map((_, component): Edit => ({ edit: "verify", component, verify: "right" })),
    ),
    up(stack),
  ]);

/** One branch goes ahead to another certificate where nobody can look. */
const canary = fc
  .record({ stack, pems: fc.tuple(working, working), reading: hidden })
  .map(({ stack, pems: [one, other], reading }): Step[] => [
    ...alone(stack, {
      ...plain,
      kind: "parts",
      name: "backend",
      variable: 0,
      certificates: [one, other].map(pem => ({ pem, environments: [...environmentTypes] })),
      branches: ["staging", "canary"].map(branch => ({ branch, certificate: 0 })),
      waits: false,
    }),
    { do: "outside", outside: { act: "variables", reading } },
    ...edits(stack, { edit: "switch", component: 0, branch: 1, certificate: 1 }),
    up(stack),
  ]);

/** Somebody uses a certificate where nobody can look any more. */
const unreadable = fc
  .record({
    stack,
    component,
    pem: working,
    outside: setVariable,
    reading: hidden,
  })
  .map(({ stack, component, pem, outside, reading }): Step[] => [
    { do: "outside", outside },
    { do: "outside", outside: { act: "variables", reading } },
    ...edits(stack, newPem(component, pem)),
    up(stack),
  ]);

/**
 * Another resource takes the place of one, and fails, where nobody can look what names the old certificate. The deletes
 * come all the same.
 */
const renamedUnread = fc
  .record({
    stack,
    component,
    name: some,
    branch: some,
    stage: some,
    working,
    pem: fc.oneof(pem, fc.constant(firstRefused)),
    reading: hidden,
  })
  .map(({ stack, component, name, branch, stage, working, pem, reading }): Step[] => [
    ...edits(
      stack,
      { edit: "verify", component, verify: "right" },
      { edit: "add branch", component, branch, stage },
      newPem(component, working),
    ),
    up(stack),
    { do: "outside", outside: { act: "variables", reading } },
    ...edits(stack, { edit: "rename", component, name }, newPem(component, pem)),
    { do: "up", stack, run: { ...calm, continueOnError: true } },
    up(stack),
  ]);

/** What is replaced, or comes back, is kept. */
const kept = fc
  .record({
    stack,
    component,
    pems: fc.tuple(working, working),
    onDelete: fc.constantFrom("retain" as const, "disable" as const, undefined),
    first: fc.constantFrom("retain" as const, undefined),
  })
  .map(({ stack, component, pems: [one, other], onDelete, first }): Step[] => [
    ...edits(stack, { edit: "onDelete", component, onDelete: first }, newPem(component, one)),
    up(stack),
    ...edits(stack, { edit: "onDelete", component, onDelete }, newPem(component, other)),
    up(stack),
    ...edits(stack, newPem(component, one)),
    up(stack),
  ]);

/** A certificate that is not enabled for all who use it, and then for all of them again. */
const narrowed = fc
  .record({
    stack,
    component,
    pem: working,
    environments: fc.constantFrom<EnvironmentType[][]>(
      ["preview"],
      ["production"],
      ["development", "preview"],
    ),
  })
  .map(({ stack, component, pem, environments }): Step[] => [
    ...edits(stack, { edit: "environments", component, environments }, newPem(component, pem)),
    up(stack),
    ...edits(stack, { edit: "environments", component, environments: undefined }),
    up(stack),
  ]);

/** Another project by the program, and by the configuration. */
const moved = fc
  .record({
    stack,
    component,
    project: fc.option(fc.nat({ max: 1 }), { nil: undefined }),
    refresh: fc.boolean(),
  })
  .map(({ stack, component, project, refresh }): Step[] => [
    ...edits(stack, { edit: "project", component, project }),
    { do: "up", stack, run: { ...calm, refresh } },
    { do: "destroy", stack, run: { ...calm, otherProject: true } },
  ]);

/** A key that sees nothing for a while. */
const blind = fc
  .record({
    stack,
    status: fc.constantFrom(403 as const, 404 as const),
    all: fc.boolean(),
    operation: fc.constantFrom("refresh" as const, "destroy" as const),
  })
  .map(({ stack, status, all, operation }): Step[] => [
    { do: "outside", outside: { act: "lose access", status, all } },
    { do: operation, stack, run: calm },
    { do: "outside", outside: { act: "restore access" } },
  ]);

/** Something goes for good while somebody has it bound, or names it. */
const removed = fc
  .record({
    stack,
    component,
    number: fc.nat({ max: 2 }),
    outside: setVariable,
    isNamed: fc.boolean(),
    edit: fc.constantFrom("remove" as const, "remove branch" as const),
    isDestroyed: fc.boolean(),
  })
  .map(({ stack, component, number, outside, isNamed, edit, isDestroyed }): Step[] => [
    { do: "outside", outside: isNamed ? outside : { act: "open pull request", number } },
    { do: "wait", minutes: 1 },
    ...(isDestroyed ? [] : edits(stack, { edit, component, branch: number })),
    { do: isDestroyed ? "destroy" : "up", stack, run: calm },
  ]);

/** A destroy that does not end, and an `up` that takes it back. */
const takenBack = fc
  .record({ stack, at: fc.nat({ max: 1 }), of: fc.constantFrom("write" as const, "deploy" as const) })
  .map(({ stack, at, of }): Step[] => [
    {
      do: "destroy",
      stack,
      run: {
        disturbances: [{ at, of, moment: "after", what: { type: "kill", kill: "both" } }],
        again: "no",
      },
    },
    up(stack),
  ]);

/** Stacks that roll at the same time. */
const sideBySide = fc
  .record({ stacks: fc.tuple(stack, stack), pems: fc.tuple(working, working), offset: fc.nat({ max: 600 }) })
  .map(({ stacks, pems, offset }): Step[] => [
    ...edits(stacks[0], newPem(0, pems[0])),
    ...edits(stacks[1], newPem(0, pems[1])),
    { do: "both", stacks, operations: ["up", "up"], offset },
  ]);

/** Steps that mean more together than each of them: what happened to somebody, with whatever else is at hand. */
export const story: fc.Arbitrary<Step[]> = fc.oneof(
  mistaken,
  disturbedRollback,
  goneBeforeARollback,
  twoAtOnce,
  brokenBuild,
  byHand,
  backAgain,
  twoAtOnce,
  canary,
  unreadable,
  renamedUnread,
  kept,
  renamedUnread,
  narrowed,
  moved,
  blind,
  removed,
  takenBack,
  sideBySide,
);
