import { ZuploClient } from "../../provider/api/client";
import { ZuploError } from "../../provider/api/errors";
import { ProgramCertificates } from "../../provider/program/certificates";
import { ProgramRedeployments } from "../../provider/program/redeployments";
import { ProgramVariables } from "../../provider/program/variables";
import { ProjectSession } from "../../provider/projectSession";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { Naming } from "../../provider/resources/environmentVariable/naming";
import { usesKey } from "../../provider/resources/hidden";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import { Builds } from "../../provider/rotation/builds";
import { type Objection, Objections } from "../../provider/rotation/objections";
import { Fence } from "../../provider/rotation/rollback";
import { Safety } from "../../provider/rotation/safety";
import { Settling } from "../../provider/rotation/settling";
import { Variables } from "../../provider/rotation/variables";

/** A protection of the core that can be turned off, to see whether the model notices. */
export interface Switch {
  name: string;
  /** The safety rule that it belongs to. */
  rule: 1 | 2 | 3 | 4 | 5 | 6;
  /** The first sequence of the seed 1 in which it was missed. */
  foundAt: number;
  /** Takes the protection out of the core. @returns what puts it back. */
  turnOff(): () => void;
}

type Method = (...given: unknown[]) => unknown;

/** Puts another method in the place of one of a class or a resource. @returns what puts the first one back. */
function replace(
  owner: object,
  key: string,
  make: (original: Method) => (this: unknown, ...given: never[]) => unknown,
): () => void {
  const methods = owner as Record<string, Method>;
  const original = methods[key];
  if (original === undefined) throw new Error(`There is no ${key} to turn off.`);
  methods[key] = make(original) as Method;
  return () => {
    methods[key] = original;
  };
}

function all(...undo: (() => void)[]): () => void {
  return () => {
    for (const each of undo) each();
  };
}

function withoutObjections(...kinds: Objection["kind"][]): () => void {
  return replace(
    Objections.prototype,
    "to",
    original =>
      async function (...given) {
        const found = (await original.apply(this, given)) as Objection[];
        return found.filter(({ kind }) => !kinds.includes(kind));
      },
  );
}

/** What only a 404 says is believed: the proof that is missing is nobody's error. */
function believing(owner: object, key: string): () => void {
  return replace(
    owner,
    key,
    original =>
      async function (...given) {
        try {
          return await original.apply(this, given);
        } catch (error) {
          if (error instanceof ZuploError && error.code === "ZUPLO1207") return undefined;
          throw error;
        }
      },
  );
}

/** Read and delete look for a resource where the provider is told to work now. */
function whereToldNow(resource: object, key: string): () => void {
  return replace(
    resource,
    key,
    original =>
      function (context: unknown, id: unknown, state: object) {
        const { project: _, ...rest } = state as { project?: string };
        return original.call(this, context, id, rest);
      },
  );
}

function samePlace(resource: object): () => void {
  return replace(
    resource,
    "diff",
    original =>
      function (...given) {
        const {
          account: _,
          project: __,
          ...changes
        } = original.apply(this, given) as Record<string, unknown>;
        return changes;
      },
  );
}

/** One protection at least of each safety rule. */
export const switches: readonly Switch[] = [
  {
    name: "read the variables",
    rule: 1,
    foundAt: 19,
    turnOff: () =>
      replace(Variables.prototype, "of", () => async () => ({
        values: new Map(),
        masked: [],
        secret: [],
        doubtful: new Map(),
        empty: [],
      })),
  },
  {
    name: "read again after a wait",
    rule: 1,
    foundAt: 68,
    turnOff: () => replace(Variables.prototype, "noteWait", () => () => undefined),
  },
  {
    name: "keep what nobody can look at",
    rule: 1,
    foundAt: 77,
    turnOff: () => withoutObjections("unreadable"),
  },
  {
    name: "vouching",
    rule: 1,
    foundAt: 77,
    turnOff: () => replace(Objections.prototype, "isVouchedFor", () => () => true),
  },
  {
    name: "wait for what the program is yet to set",
    rule: 1,
    foundAt: 2124,
    turnOff: () =>
      all(
        replace(ProgramVariables.prototype, "setIn", () => () => []),
        replace(ProgramCertificates.prototype, "variablesAt", () => () => []),
      ),
  },
  {
    name: "keep what the program lists",
    rule: 1,
    foundAt: 84,
    turnOff: () =>
      all(
        withoutObjections("listed"),
        replace(ProgramCertificates.prototype, "enables", () => () => false),
      ),
  },
  {
    name: "one at a time",
    rule: 1,
    foundAt: 39,
    turnOff: () =>
      replace(ProjectSession.prototype, "exclusively", () => (_: string, work: () => unknown) => work()),
  },
  {
    name: "look before a delete",
    rule: 2,
    foundAt: 144,
    turnOff: () =>
      replace(
        Safety.prototype,
        "obstaclesTo",
        original =>
          async function (...given) {
            const found = (await original.apply(this, given)) as object;
            return { ...found, objections: [] };
          },
      ),
  },
  {
    name: "an hour for fresh uploads",
    rule: 2,
    foundAt: 96,
    turnOff: () => replace(Safety.prototype, "isRecent", () => () => false),
  },
  {
    name: "prove a 404",
    rule: 2,
    foundAt: 3,
    turnOff: () =>
      all(
        believing(mtlsCertificate, "read"),
        believing(mtlsCertificate, "delete"),
        believing(redeployment, "read"),
        believing(Safety.prototype, "erase"),
      ),
  },
  {
    name: "wait for the edge",
    rule: 2,
    foundAt: 44,
    turnOff: () => replace(Settling.prototype, "timeLeft", () => async () => 0),
  },
  {
    name: "retain respected",
    rule: 2,
    foundAt: 21,
    turnOff: () => replace(ProgramCertificates.prototype, "keeps", () => () => false),
  },
  {
    name: "the present onDelete",
    rule: 2,
    foundAt: 101,
    turnOff: () =>
      replace(
        ProgramCertificates.prototype,
        "of",
        original =>
          function (...given) {
            const wanted = original.apply(this, given) as object | undefined;
            return wanted && { ...wanted, onDelete: undefined };
          },
      ),
  },
  {
    name: "place from the state",
    rule: 3,
    foundAt: 158,
    turnOff: () =>
      all(
        whereToldNow(mtlsCertificate, "read"),
        whereToldNow(mtlsCertificate, "delete"),
        whereToldNow(redeployment, "read"),
      ),
  },
  {
    name: "another place is a replacement",
    rule: 3,
    foundAt: 216,
    turnOff: () => all(samePlace(mtlsCertificate), samePlace(environmentVariable), samePlace(redeployment)),
  },
  {
    name: "fence",
    rule: 4,
    foundAt: 68,
    turnOff: () =>
      replace(
        Fence.prototype,
        "look",
        () =>
          async function (this: unknown, _: unknown, { certificates }: { certificates: readonly string[] }) {
            const { session } = this as { session: ProjectSession };
            return (await session.certificates.refresh()).filter(({ name }) => certificates.includes(name));
          },
      ),
  },
  {
    name: "variables before a rollback",
    rule: 4,
    foundAt: 68,
    turnOff: () => replace(Fence.prototype, "changedVariable", () => async () => undefined),
  },
  {
    name: "engine alive",
    rule: 4,
    foundAt: 8,
    turnOff: () =>
      all(
        replace(ZuploClient.prototype, "requireEngine", () => async () => undefined),
        replace(
          Fence.prototype,
          "look",
          original =>
            function (this: unknown, target: unknown, plan: unknown) {
              const { session } = this as { session: ProjectSession };
              const run = Object.create(session.run, { engine: { value: { isAlive: async () => true } } });
              return original.call(new Fence(Object.create(session, { run: { value: run } })), target, plan);
            },
        ),
      ),
  },
  {
    name: "finish a delete",
    rule: 5,
    foundAt: 659,
    turnOff: () => replace(ProgramCertificates.prototype, "keeps", () => () => true),
  },
  {
    name: "take out what is removed",
    rule: 5,
    foundAt: 5,
    turnOff: () =>
      replace(
        ProgramCertificates.prototype,
        "of",
        original =>
          function (...given) {
            return original.apply(this, given) ?? { environments: [], onDelete: undefined };
          },
      ),
  },
  {
    name: "leave what others hold",
    rule: 5,
    foundAt: 10,
    turnOff: () => replace(ProgramRedeployments.prototype, "hasDeparted", () => () => true),
  },
  {
    name: "who has bound it",
    rule: 5,
    foundAt: 10,
    turnOff: () => replace(Builds.prototype, "binds", () => () => "no"),
  },
  {
    name: "what a binding was used for",
    rule: 5,
    foundAt: 688,
    turnOff: () =>
      replace(
        mtlsCertificate,
        "delete",
        original =>
          function (context: unknown, id: unknown, state: object) {
            return original.call(this, context, id, { ...state, [usesKey]: undefined });
          },
      ),
  },
  {
    name: "what leaves with a certificate",
    rule: 5,
    foundAt: 190,
    turnOff: () =>
      all(
        replace(ProgramRedeployments.prototype, "departedUsersOf", () => () => []),
        replace(ProgramVariables.prototype, "leftOf", () => () => []),
      ),
  },
  {
    name: "redeploy on drift",
    rule: 6,
    foundAt: 0,
    turnOff: () =>
      all(
        replace(
          redeployment,
          "read",
          original =>
            async function (context: unknown, id: unknown, state: { certificates: string[] }) {
              const read = (await original.call(this, context, id, state)) as { state: object } | undefined;
              return read && { ...read, state: { ...read.state, certificates: state.certificates } };
            },
        ),
        replace(ProgramCertificates.prototype, "revivedOn", () => () => undefined),
      ),
  },
  {
    name: "one resource a variable",
    rule: 6,
    foundAt: 25,
    turnOff: () => replace(ProgramVariables.prototype, "note", () => () => undefined),
  },
  {
    name: "usable before named",
    rule: 6,
    foundAt: 51,
    turnOff: () => replace(Naming.prototype, "requireUsable", () => async () => undefined),
  },
  {
    name: "enable again what the program has enabled",
    rule: 6,
    foundAt: 84,
    turnOff: () => replace(ProgramCertificates.prototype, "enables", () => () => false),
  },
];

export function switchNamed(name: string): Switch | undefined {
  return switches.find(each => each.name === name);
}
