import fc from "fast-check";
import { type EnvironmentType, environmentTypes } from "../../emulator/state/model";
import { componentNames } from "./edits";
import type { Sequence } from "./play";
import type { ComponentSpec, StackSpec, Verification } from "./program/spec";
import { stackKey } from "./program/spec";
import type { Disturbance, Edit, Fault, Outside, RunSettings, Step } from "./steps/step";
import { group, pem, some, story } from "./stories";
import { projectNames, type WorldSpec } from "./world";

const branchNames = ["main", "staging", "canary", "qa", "production", "development"];
const rarely = fc.integer({ min: 0, max: 9 }).map(number => number === 9);
const sometimes = fc.integer({ min: 0, max: 2 }).map(number => number === 2);
const types = fc.uniqueArray(fc.constantFrom(...environmentTypes), { minLength: 1, maxLength: 3 });
const verification = fc.constantFrom<Verification>(
  "none",
  "none",
  "none",
  "right",
  "right",
  "right",
  "right",
  "wrong",
);
const onDelete = fc.constantFrom(
  undefined,
  undefined,
  undefined,
  "delete" as const,
  "disable" as const,
  "retain" as const,
);

function componentOf(branches: readonly string[]): fc.Arbitrary<ComponentSpec> {
  const chosen = fc.uniqueArray(fc.constantFrom(...branches), { minLength: 1, maxLength: 3 });
  const common = {
    name: fc.constantFrom(...componentNames),
    variable: fc.constant(0),
    onDelete,
    verify: verification,
    patience: fc.constantFrom(2, 20),
    triggers: fc.constant(0),
  };
  const binding = fc
    .record({ ...common, pem, chosen, isStaged: fc.boolean() })
    .map(({ chosen, isStaged, ...rest }) => ({
      kind: "binding" as const,
      ...rest,
      stages: isStaged ? chosen.map(branch => [branch]) : [chosen],
    }));
  const parts = fc
    .record({
      ...common,
      certificates: fc.array(
        fc.record({ pem, environments: fc.constant<EnvironmentType[]>([...environmentTypes]) }),
        {
          minLength: 1,
          maxLength: 2,
        },
      ),
      chosen,
      uses: some,
      waits: fc.boolean(),
    })
    .map(({ chosen, uses, ...rest }) => ({
      kind: "parts" as const,
      ...rest,
      branches: chosen.map((branch, index) => ({
        branch,
        certificate: (uses + index) % rest.certificates.length,
      })),
    }));
  return fc.oneof({ weight: 2, arbitrary: binding }, { weight: 1, arbitrary: parts });
}

function stackOf(branches: readonly string[], projects: number): fc.Arbitrary<StackSpec> {
  return fc.record({
    stack: fc.constantFrom("prod" as const, "dev" as const),
    backend: fc.constantFrom("A" as const, "A" as const, "B" as const),
    project: fc.constantFrom(...projectNames.slice(0, projects)),
    components: fc
      .tuple(
        fc.uniqueArray(componentOf(branches), {
          minLength: 1,
          maxLength: 2,
          selector: ({ kind, name }) => `${kind} ${name}`,
        }),
        rarely,
      )
      // Two that set the same variable are a mistake, which has to be found out.
      .map(([components, isSame]) =>
        components.map((component, index) => ({ ...component, variable: isSame ? 0 : index })),
      ),
  });
}

const world: fc.Arbitrary<WorldSpec> = fc
  .record({
    projects: fc.constantFrom(1 as const, 1 as const, 2 as const),
    branches: fc
      .uniqueArray(fc.constantFrom(...branchNames.slice(2)), { maxLength: 4 })
      .map(more => ["main", "staging", ...more]),
    copies: fc.oneof(
      { weight: 6, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: fc.constant<string[]>(["main"]) },
    ),
    reads: fc.constantFrom("end" as const, "start" as const),
    deployMs: fc.constantFrom(250, 3000),
    reading: fc.constantFrom(...(["open", "open", "open", "open", "masked", 403, 404, 429] as const)),
    isAccountOfKey: rarely,
    isUp: fc.integer({ min: 0, max: 4 }).map(number => number < 4),
  })
  .chain(spec =>
    fc
      .record({
        stacks: fc.uniqueArray(stackOf(spec.branches, spec.projects), {
          minLength: 1,
          maxLength: 3,
          selector: stackKey,
        }),
        hasTwin: sometimes,
      })
      .map(({ stacks, hasTwin }) => ({ ...spec, stacks: hasTwin ? withTwin(stacks) : stacks })),
  );

/** The same program in another backend: two stacks whose certificates have the same lineages. */
function withTwin(stacks: StackSpec[]): StackSpec[] {
  const [first] = stacks as [StackSpec];
  const twin: StackSpec = { ...structuredClone(first), backend: first.backend === "A" ? "B" : "A" };
  return [first, twin, ...stacks.slice(1).filter(stack => stackKey(stack) !== stackKey(twin))];
}

const outside: fc.Arbitrary<Outside> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant("push" as const), branch: some }) },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant("open pull request" as const), number: fc.nat({ max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("copy" as const), branch: some }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("disable" as const),
      certificate: some,
      type: fc.constantFrom("all" as const, ...environmentTypes),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant("enable" as const),
      certificate: some,
      type: fc.constantFrom(...environmentTypes),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("delete certificate" as const), certificate: some }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("set variable" as const),
      branch: some,
      variable: some,
      certificate: some,
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("delete deployment" as const), branch: some }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("lose access" as const),
      status: fc.constantFrom(401 as const, 403 as const, 404 as const),
      all: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ act: "restore access" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("variables" as const),
      reading: fc.constantFrom(...(["open", "masked", 403, 404, 429] as const)),
    }),
  },
);

const fault = fc.constantFrom<Fault>("429", "500", "500 applied", "lost", "unsent", "hang", "late");

const what: fc.Arbitrary<Disturbance["what"]> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("fault" as const), fault, isLasting: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        kill: fc.constantFrom("engine" as const, "host" as const, "both" as const, "cancel" as const),
        strays: fc.oneof(
          { weight: 4, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: fc.integer({ min: 0, max: 20 }) },
        ),
      })
      .map(({ kill, strays }) => ({
        type: "kill" as const,
        kill,
        ...(strays === undefined || kill === "engine" || kill === "cancel" ? {} : { strays }),
      })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("build" as const),
      fate: fc.constantFrom("fail" as const, "hang" as const, "keep" as const),
    }),
  },
  { weight: 4, arbitrary: outside.map(outside => ({ type: "outside" as const, outside })) },
);

const disturbance: fc.Arbitrary<Disturbance> = fc
  .record({
    at: fc.nat({ max: 24 }),
    of: fc.constantFrom("write" as const, "call" as const, "deploy" as const),
    moment: fc.constantFrom("before" as const, "after" as const),
    later: fc.constantFrom(undefined, undefined, 300, 1500, 6000),
    what,
  })
  .map(({ later, ...given }) => {
    const each = given.of === "deploy" ? { ...given, at: given.at % 4 } : given;
    const isOfCall = ["fault", "build"].includes(each.what.type) || "strays" in each.what;
    if (!isOfCall && later !== undefined) return { ...each, later };
    // A build is spoiled before it is begun, and only what has not arrived yet can stray.
    const isEarly =
      each.what.type === "build" || (each.what.type === "kill" && each.what.strays !== undefined);
    return isEarly ? { ...each, moment: "before" as const } : each;
  });

const run: fc.Arbitrary<RunSettings> = fc
  .record({
    skipPreview: rarely,
    refresh: sometimes,
    continueOnError: rarely,
    disturbances: fc.oneof(
      { weight: 3, arbitrary: fc.constant<Disturbance[]>([]) },
      { weight: 4, arbitrary: fc.array(disturbance, { minLength: 1, maxLength: 2 }) },
    ),
    again: fc.constantFrom("later" as const, "at once" as const, "no" as const),
  })
  .map(settings =>
    // What strays may undo what an edit asks for: nobody could know. The next run has to be one without.
    settings.disturbances.some(({ what }) => what.type === "kill" && what.strays !== undefined) &&
    settings.again === "no"
      ? { ...settings, again: "at once" as const }
      : settings,
  );

function editOf(branches: readonly string[]): fc.Arbitrary<Edit> {
  const component = fc.nat({ max: 2 });
  const of = <E extends Edit["edit"]>(
    name: E,
    rest: Record<string, fc.Arbitrary<unknown>>,
    weight: number,
  ) => ({
    weight,
    arbitrary: fc.record({ edit: fc.constant(name), component, ...rest }) as unknown as fc.Arbitrary<Edit>,
  });
  return fc.oneof(
    of("pem", { certificate: fc.nat({ max: 1 }), pem }, 10),
    of("switch", { branch: some, certificate: fc.nat({ max: 1 }) }, 3),
    of("remove", {}, 3),
    of("rename", { name: fc.nat({ max: 1 }) }, 2),
    of("add branch", { branch: some, stage: fc.nat({ max: 2 }) }, 3),
    of("remove branch", { branch: some }, 3),
    of("reverse stages", {}, 1),
    of("environments", { environments: fc.option(types, { nil: undefined }) }, 3),
    of("onDelete", { onDelete }, 2),
    of("verify", { verify: verification }, 1),
    of("trigger", {}, 1),
    of("variable", { variable: fc.nat({ max: 1 }) }, 1),
    of("fixed name", { name: fc.option(fc.nat({ max: 1 }), { nil: undefined }) }, 1),
    of("project", { project: fc.option(fc.nat({ max: 1 }), { nil: undefined }) }, 1),
    { weight: 2, arbitrary: fc.constant({ edit: "bring back" as const }) },
    {
      weight: 2,
      arbitrary: fc.record({ edit: fc.constant("add" as const), component: componentOf(branches) }),
    },
    { weight: 1, arbitrary: fc.record({ edit: fc.constant("state delete" as const), resource: some }) },
  );
}

function stepOf(spec: WorldSpec): fc.Arbitrary<Step> {
  const stack = fc.nat({ max: 2 });
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("up" as const), stack, run }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant("edit and up" as const),
        stack,
        edit: editOf(spec.branches),
        run,
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant("edit" as const), stack, edit: editOf(spec.branches) }),
    },
    { weight: 5, arbitrary: fc.record({ do: fc.constant("outside" as const), outside }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("refresh" as const), stack, run }) },
    {
      weight: 1,
      arbitrary: fc.record({ stack, run, otherProject: rarely }).map(({ stack, run, otherProject }) => ({
        do: "destroy" as const,
        stack,
        run: { ...run, otherProject },
      })),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("both" as const),
        stacks: fc.tuple(stack, stack),
        operations: fc.tuple(
          fc.constantFrom("up" as const, "up" as const, "destroy" as const),
          fc.constantFrom("up" as const, "up" as const, "destroy" as const),
        ),
        offset: fc.nat({ max: 4000 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.constantFrom(1, 70) }),
    },
  );
}

/** The readings of what is not known of Zuplo, and the places of the engine, by a sequence's own seed. */
function readingsOf(
  seed: number,
): Pick<WorldSpec, "identity" | "edge" | "statuses" | "pageLimit" | "places"> {
  const one = <T>(readings: readonly [T, ...T[]], divisor: number): T =>
    readings[Math.floor(seed / divisor) % readings.length] as T;
  const edge = one([{ locations: 3, lagMs: 4000 }, undefined, undefined, undefined, undefined], 1);
  const pageLimit = one([undefined, undefined, 1], 11);
  const places = one([undefined, undefined, 1, 2, 4], 23);
  return {
    identity: one(["id", "id", "timestamp", "none"] as const, 1),
    statuses: {
      emptyEnvironments: one([200, 200, 400], 13),
      duplicate: one([400, 409], 17),
      heldDelete: one([409, 400, 403, 422] as const, 19),
    },
    ...(edge === undefined ? {} : { edge }),
    ...(pageLimit === undefined ? {} : { pageLimit }),
    ...(places === undefined ? {} : { places }),
  };
}

/** A world, and what is done in it. */
export const sequence: fc.Arbitrary<Sequence> = world
  .chain(spec => sequenceIn(spec))
  .map(({ world, ...rest }) => ({ ...rest, world: { ...world, ...readingsOf(rest.seed) } }));

/** The same, where it begins with bindings that rotate together. */
export const groupSequence: fc.Arbitrary<Sequence> = fc
  .tuple(group, sequence)
  .map(([begins, { steps, ...rest }]) => ({ ...rest, steps: [...begins, ...steps] }));

function sequenceIn(spec: WorldSpec): fc.Arbitrary<Sequence> {
  return fc.record({
    world: fc.constant(spec),
    steps: fc
      .array(
        fc.oneof({ weight: 6, arbitrary: stepOf(spec).map(step => [step]) }, { weight: 2, arbitrary: story }),
        { maxLength: 7, size: "max" },
      )
      .map(stories => stories.flat()),
    seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  });
}
