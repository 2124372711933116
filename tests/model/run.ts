import type { EngineRun } from "./engine/run";
import type { Host } from "./host";
import type { Declared } from "./program/declare";
import type { Stack } from "./stack";
import type { Disturbance, Fault } from "./steps/step";

export type Operation = "up" | "refresh" | "destroy" | "import";

/** One run of the engine, and its provider's process. */
export class Run {
  engine!: EngineRun;
  calls = 0;
  writes = 0;
  deploys = 0;
  deletes = 0;
  /** Whether a deployment was redeployed. */
  hasRolled = false;
  /** Values that variables had when it first set them. */
  readonly takenOver = new Set<string>();
  /** Names of the deployments that it redeployed. */
  readonly deployed = new Set<string>();
  /** Something went wrong in it that is not its own doing. */
  isDisturbed = false;
  isOver = false;
  /** Some of its calls fail. */
  hasFaults = false;
  /** When its engine went and its host did not: it may still be going on. */
  orphanedAt: number | undefined;
  /** Ids of the certificates that its state has, or that it uploaded. */
  readonly ownCertificates: Set<string>;
  /** Those that its state had when it began, with their resources: one that is left is in no state any more. */
  private readonly held: ReadonlyMap<string, string>;
  /** The certificates of each Redeployment that its state had when it began. */
  private readonly usedBefore: ReadonlyMap<string, readonly string[]>;
  /** The call that is being applied, by method and path. */
  lastCall = "";
  /** When each call was first sent, by method and path. */
  readonly sentAt = new Map<string, number>();
  /** When the variables of each deployment were read last. */
  readonly readAt = new Map<string, number>();
  readonly pending: Disturbance[];
  /** Faults that go on: call → what is left of it. */
  readonly going = new Map<string, { fault: Fault; left: number }>();
  /** Tells the host that the user has given up. */
  cancel: () => void = () => undefined;
  end!: (how: "killed") => void;
  readonly killed: Promise<"killed">;

  constructor(
    readonly stack: Stack,
    readonly operation: Operation,
    readonly declared: readonly Declared[],
    readonly host: Host,
    readonly startedAt: number,
    /** As `project/branch/NAME`: those of the program and of the state. */
    readonly variables: ReadonlySet<string>,
    /** Those of the program alone. */
    readonly programVariables: ReadonlySet<string>,
    /** Names of the deployments of the program and of the state. */
    readonly deployments: ReadonlySet<string>,
    disturbances: readonly Disturbance[],
  ) {
    this.pending = [...disturbances];
    const certificates = stack.state.entries.filter(({ type }) => type === "MtlsCertificate");
    this.ownCertificates = new Set(certificates.map(({ id }) => id));
    this.held = new Map(certificates.map(({ id, urn }) => [id, urn]));
    const redeployments = stack.state.entries.filter(({ type }) => type === "Redeployment");
    this.usedBefore = new Map(
      redeployments.map(({ urn, outputs }) => [urn, outputs.certificates as string[]]),
    );
    this.killed = new Promise(resolve => {
      this.end = resolve;
    });
  }

  /** Whether the certificate's resource goes for good: it is no longer in the program. */
  removes(certificateId: string): boolean {
    const entry = this.stack.state.entries.find(({ id }) => id === certificateId);
    const removed = entry?.urn ?? this.held.get(certificateId);
    if (removed === undefined) return false;
    return this.operation === "destroy" || !this.declared.some(({ urn }) => urn === removed);
  }

  /** Whether a deployment that stays in the program has another certificate since this run. */
  movesOff(certificate: string): boolean {
    return this.stack.state.entries.some(
      ({ type, urn, outputs }) =>
        type === "Redeployment" &&
        this.declared.some(declared => declared.urn === urn) &&
        this.usedBefore.get(urn)?.includes(certificate) === true &&
        !(outputs.certificates as string[]).includes(certificate),
    );
  }
}
