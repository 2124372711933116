import { fingerprintOf } from "../../../emulator/pem";
import {
  type Certificate,
  type Deployment,
  environmentTypes,
  type Snapshot,
  type State,
} from "../../../emulator/state/model";
import type { Finding } from "../../../emulator/state/safety";
import type { Entry } from "../engine/state";
import type { Run } from "../run";
import type { Stack } from "../stack";
import type { Action } from "./action";
import { keyOf, type VariableStatus, variableStatuses } from "./statuses";

export interface Violation {
  rule:
    | "push-unsafe"
    | "outage"
    | "not its own"
    | "not green"
    | "not gone"
    | "retained"
    | "left over"
    | "stuck"
    | "needless"
    | "unfenced";
  /** The same for what is the same mistake. */
  kind: string;
  text: string;
}

/** Between a look and a write, nobody can rule out that somebody else is faster, in milliseconds. */
const raceMs = 1500;
/** Between the look before a rollback and its writes, where no call fails, in milliseconds. */
const fenceMs = 500;
/** As long as a write is on its way at most, in milliseconds. */
const onItsWayMs = 100;
const hourMs = 3_600_000;

/** Judges what the provider does, after every call. It knows what other people did, and when. */
export class Judge {
  readonly violations: Violation[] = [];
  private statuses = new Map<string, VariableStatus>();
  /** Why a variable that is broken is. */
  private readonly causes = new Map<string, "outside" | "removal" | "reported">();
  /** Until when a variable was broken for a reason that is known: a build may have begun before. */
  private readonly excusedUntil = new Map<string, number>();
  /** When somebody outside changed a certificate (by id), a variable (by key) or a deployment (by name) last. */
  private readonly touched = new Map<string, number>();
  /** What somebody outside was the last to change, be it in the same moment. */
  private readonly byHand = new Set<string>();
  /** When a certificate was last enabled for a type for which it had not been. */
  private readonly enabledAgainAt = new Map<string, number>();
  /** When the provider has changed the types of a certificate. */
  private readonly changedAt = new Map<string, number[]>();
  /** The stack that was the last to change the types of a certificate, or to delete it. */
  private readonly changedBy = new Map<string, Stack>();
  private readonly wroteVariable = new Map<string, number>();
  private readonly writers = new Map<string, Stack>();
  /** The value that a run of the provider gave a variable last. */
  private readonly lastValues = new Map<string, string>();
  private readonly deployedAt = new Map<string, number>();
  /** The stack that uploaded a certificate. */
  private readonly uploads = new Map<string, { stack: Stack; name: string; project: string; at: number }>();
  private readonly retained = new Set<string>();
  /** Since when a certificate is used by nobody. */
  private readonly freeSince = new Map<string, number>();

  constructor(
    private readonly state: State,
    private readonly now: () => number,
    private readonly stacks: readonly Stack[],
    /** Kinds of violations that are passed over. */
    private readonly ignored: RegExp | undefined,
    /** Whether the provider may read the variables of an environment, and always might. */
    private readonly isReadable: () => boolean,
    /** A certificate is not disabled by an empty list: then a type that no branch has says the same. */
    private readonly refusesEmptyList: boolean,
    /** Locations of the edge serve a build for a while after the next one. */
    private readonly hasEdge: boolean,
    /** Whether the backend takes a certificate, by its fingerprint. */
    private readonly accepts: (fingerprint: string) => boolean,
  ) {}

  touch(subject: string): void {
    this.touched.set(subject, this.now());
    this.byHand.add(subject);
  }

  touchedAt(subject: string): number | undefined {
    return this.touched.get(subject);
  }

  /** Looks before a call is applied. @returns what looks afterwards. */
  prepare(run: Run, action: Action, sentAt = this.now()): (applied: boolean, answer: string) => void {
    this.servesAnEngine(run, action, sentAt);
    if (action.kind === "certificate.update" || action.kind === "certificate.delete") {
      const before = this.state.certificates.find(({ id }) => id === action.id);
      const copy = before && { ...before, environments: [...before.environments] };
      const isUsed = before !== undefined && this.isMissed(before);
      return applied => {
        if (!applied) return;
        this.changedAt.set(action.id, [...(this.changedAt.get(action.id) ?? []), this.now()]);
        this.changedBy.set(action.id, run.stack);
        if (copy !== undefined) this.certificateTouched(run, action, copy, isUsed);
        this.observe(run, action);
      };
    }
    if (action.kind === "variable") {
      this.rollbackFenced(run, action);
      const { value } =
        this.state.variables.find(
          ({ project, branch, name }) =>
            project === action.project && branch === action.branch && name === action.name,
        ) ?? {};
      if (value !== undefined) run.takenOver.add(value);
    }
    return (applied, answer) => {
      if (!applied) return;
      if (action.kind === "certificate.create") this.uploaded(run, action, answer);
      if (action.kind === "variable") this.variableWritten(run, action);
      if (action.kind === "deploy") this.deployed(run, action.deployment);
      if (action.kind === "variables.read") run.readAt.set(action.deployment, this.now());
      if (!["read", "variables.read", "other"].includes(action.kind)) this.observe(run, action);
    };
  }

  /** After somebody else changed something. */
  outside(): void {
    const now = variableStatuses(this.state);
    for (const [key, status] of now) {
      const wasBroken = this.statuses.get(key)?.isBroken ?? false;
      if (status.isBroken && !wasBroken) this.causes.set(key, "outside");
      if (!status.isBroken) this.mended(key);
    }
    this.statuses = now;
  }

  /** A build went into service. */
  served(deployment: Deployment, previous: Snapshot): void {
    if (deployment.workingCopy) return;
    const { project, branch, snapshot } = deployment;
    const bound = new Set(snapshot.bindings.map(({ name }) => name));
    const boundBefore = new Set(previous.bindings.map(({ name }) => name));
    for (const [key, { variable }] of this.statuses) {
      if (key !== keyOf(project, branch, variable)) continue;
      const value = snapshot.variables[variable];
      if (value === undefined || value === "" || bound.has(value)) continue;
      const last = previous.variables[variable];
      const wasBroken = last !== undefined && last !== "" && !boundBefore.has(last);
      const excusedUntil = this.excusedUntil.get(key) ?? Number.NEGATIVE_INFINITY;
      if (wasBroken || this.causes.has(key) || Date.parse(snapshot.at) <= excusedUntil) continue;
      this.report("outage", "a build without what its variable names", `${key} = ${value} is not bound`);
    }
  }

  gone(run: Run, entry: Entry, how: "deleted" | "missing"): void {
    if (entry.type !== "MtlsCertificate") {
      if (entry.type !== "Redeployment" || how === "deleted") return;
      if (this.state.deployments.some(({ name }) => name === entry.id))
        this.report("not gone", "a deployment that is there is taken for gone", entry.urn);
      return;
    }
    const certificate = this.state.certificates.find(({ id }) => id === entry.id);
    if (how === "missing") {
      if (certificate !== undefined)
        this.report("not gone", "a certificate that is there is taken for gone", `${entry.urn} ${entry.id}`);
      return;
    }
    if (this.effectiveOnDelete(run, entry) !== "delete") {
      this.retained.add(entry.id);
      return;
    }
    if (certificate === undefined) return;
    const isReplaced =
      (entry.isPendingDelete && run.operation !== "destroy" && run.engine.declares(entry.urn)) ||
      this.hasYounger(run, certificate, entry) ||
      run.movesOff(certificate.name);
    const users = this.users(certificate);
    // Where nobody may read variables, or can know what a build was made of, a replaced one may be left.
    const isKnown =
      this.isReadable() &&
      !this.wasChangedDuringABuild(certificate) &&
      !this.wasEnabledAfterABuild(certificate) &&
      !this.wasFreedMeanwhile(run, certificate);
    const mayBeLeft = isReplaced ? users.length > 0 || !isKnown : entry.isPendingDelete && !isKnown;
    if (!mayBeLeft) {
      const what = isReplaced ? "replaced and free" : "removed";
      const text = `${certificate.name} (${certificate.environments.join() || "disabled"}), used by ${users.join(", ") || "nobody"}`;
      this.report("not gone", `a ${what} certificate is said to be deleted (${run.operation})`, text);
    }
  }

  /** By the dates, a deployment may have bound it that was built before it was enabled for its type. */
  wasEnabledAfterABuild({ id, project, environments, createdOn, updatedOn }: Certificate): boolean {
    const enabledAgainAt = this.enabledAgainAt.get(id) ?? Number.NEGATIVE_INFINITY;
    return this.state.deployments.some(
      deployment =>
        deployment.project === project &&
        deployment.updatedOn >= createdOn &&
        ((environments.includes(deployment.environmentType) && deployment.updatedOn < updatedOn) ||
          Date.parse(deployment.updatedOn) < enabledAgainAt),
    );
  }

  /** Somebody enables a certificate for one more type: no date tells any longer for what it was enabled before. */
  noteEnabledAgain(certificateId: string): void {
    this.enabledAgainAt.set(certificateId, this.now());
  }

  /**
   * Somebody else redeployed or deleted a deployment during the run, which had its list of them by then: a later run
   * sees it.
   */
  private wasFreedMeanwhile(run: Run, { project }: Certificate): boolean {
    const isRedeployed = this.state.deployments.some(
      ({ name, project: place, updatedOn }) =>
        place === project && !run.deployed.has(name) && Date.parse(updatedOn) >= run.startedAt,
    );
    const isDeleted = [...this.touched].some(
      ([subject, at]) => subject.startsWith(`${project}-`) && at >= run.startedAt,
    );
    return isRedeployed || isDeleted;
  }

  /** Of a build, only its end can be seen: what it has read, and when, nobody is told. */
  wasChangedDuringABuild({ id, project, createdOn, updatedOn }: Certificate): boolean {
    const changes = [Date.parse(createdOn), Date.parse(updatedOn), ...(this.changedAt.get(id) ?? [])];
    return this.state.deployments.some(deployment => {
      if (deployment.project !== project) return false;
      const asked = this.deployedAt.get(deployment.name) ?? Number.POSITIVE_INFINITY;
      // Of two calls on their way at once, nobody knows which one Zuplo takes first.
      const began = Math.min(asked, Date.parse(deployment.snapshot.at)) - onItsWayMs;
      return changes.some(at => began <= at && Date.parse(deployment.updatedOn) >= at);
    });
  }

  /**
   * A younger generation is at Zuplo: one that another stack of the same lineage has uploaded tells no more than one of
   * our own, in whose place this one was deleted, or was to be.
   */
  private hasYounger(run: Run, { id, name, project, createdOn }: Certificate, entry: Entry): boolean {
    const family = familyOf(name);
    return [...this.uploads].some(
      ([other, upload]) =>
        other !== id &&
        upload.project === project &&
        familyOf(upload.name) === family &&
        family !== undefined &&
        upload.at > Date.parse(createdOn) &&
        (entry.isPendingDelete || upload.stack !== run.stack),
    );
  }

  /** After an `up` that succeeded: what the program says is so. */
  green(run: Run): void {
    const { stack } = run;
    for (const entry of stack.state.entries) {
      if (entry.isPendingDelete) continue;
      if (entry.type === "EnvironmentVariable") this.greenVariable(run, entry);
      if (entry.type === "Redeployment") this.greenDeployment(run, entry);
    }
    const known = variablesIn(stack);
    for (const key of run.programVariables) {
      if (!known.has(key)) this.report("not green", "a variable of the program is in no state", key);
    }
    this.leftOver(run);
  }

  /** After a rollback: a branch that serves with one certificate does not name one that the backend refuses. */
  unarmed(key: string): void {
    const status = this.statuses.get(key);
    if (status === undefined || !this.isReadable() || this.touched.has(key)) return;
    const own = this.state.deployments.find(
      ({ project, branch, workingCopy }) =>
        project === status.project && branch === status.branch && !workingCopy,
    );
    const accepted = (name: string | undefined) => {
      const named = this.state.certificates.find(
        each => each.project === status.project && each.name === name,
      );
      return named === undefined ? undefined : this.accepts(fingerprintOf(named.certificate));
    };
    if (accepted(status.value) !== false || accepted(own?.snapshot.variables[status.variable]) !== true)
      return;
    this.report("push-unsafe", "a branch waits for a push with what the backend has refused", key);
  }

  /** Who runs with a certificate or names it: deployments and variables. */
  users(certificate: Certificate): string[] {
    const names = this.state.variables
      .filter(({ project, value }) => project === certificate.project && value === certificate.name)
      .map(({ project, branch, name }) => keyOf(project, branch, name));
    return [...this.holders(certificate), ...names];
  }

  private holders({ id }: Certificate): string[] {
    return this.state.deployments
      .filter(({ snapshot }) => snapshot.bindings.some(({ certificateId }) => certificateId === id))
      .map(({ name }) => name);
  }

  /** Whether what others did to something is not known to a stack's state yet. */
  isUnseen(stack: Stack, subject: string): boolean {
    const at = this.touched.get(subject);
    return at !== undefined && (stack.refreshedAt === undefined || at >= stack.refreshedAt);
  }

  /**
   * Somebody gave a variable that named a certificate another value, and the stack has not seen it yet: to another stack
   * of the same lineage, nobody needs that certificate any longer.
   */
  private wasLetGo(stack: Stack, certificateId: string, keys: readonly string[]): boolean {
    const by = this.changedBy.get(certificateId);
    return by !== undefined && by !== stack && keys.some(key => this.isUnseen(stack, key));
  }

  /** Whether somebody gave a variable a value after the provider's last one. */
  isSetByHand(key: string): boolean {
    return this.byHand.has(key);
  }

  /**
   * After a deletion by the provider: locations that still serve what is gone. One that arrives when its run was killed
   * long ago takes from a location a moment sooner what the next run is taking from all of them.
   */
  edgeLosses(run: Run, losses: readonly Finding[], { id, name, project }: Certificate): void {
    const isTakenOut = !run.host.isAlive && run.removes(id);
    for (const { branch, variable, value } of losses.filter(({ value }) => value === name)) {
      if (isTakenOut && run.variables.has(keyOf(project, branch, variable))) continue;
      this.report(
        "outage",
        "a location of the edge loses its certificate",
        `${branch}/${variable} = ${value}`,
      );
    }
  }

  report(rule: Violation["rule"], kind: string, text: string): void {
    if (this.ignored?.test(`${rule}: ${kind}`)) return;
    this.violations.push({ rule, kind: `${rule}: ${kind}`, text });
  }

  private observe(run: Run, action: Action): void {
    const now = variableStatuses(this.state);
    for (const [key, status] of now) {
      const before = this.statuses.get(key);
      const isNew = before?.isBroken !== true;
      const isRewritten = before?.value !== status.value;
      if (!status.isBroken) {
        this.mended(key);
      } else if (isNew || isRewritten) {
        this.broken(run, action, status, before);
      }
    }
    this.statuses = now;
    this.noteFree();
  }

  private mended(key: string): void {
    if (this.causes.delete(key)) this.excusedUntil.set(key, this.now());
  }

  /** A write of the provider made a push of a branch unsafe. */
  private broken(run: Run, action: Action, status: VariableStatus, before: VariableStatus | undefined): void {
    const { key, value } = status;
    if (this.isLeft(run, key, before) || (before !== undefined && this.leaves(run, before.value, key))) {
      this.causes.set(key, "removal");
      return;
    }
    // A removal looks at what it may read; of the rest it knows the deployments that were its own, and what the program
    // is yet to set.
    const isSet = run.operation !== "destroy" && run.programVariables.has(key);
    const isRemoved = before?.certificateId !== undefined && run.removes(before.certificateId);
    if (!this.isReadable() && isRemoved && !isSet) {
      this.causes.set(key, "removal");
      return;
    }
    if (this.isRacing(run, key)) {
      this.causes.set(key, "outside");
      if (before?.certificateId !== undefined) this.touch(before.certificateId);
      return;
    }
    if (this.wasRaced(run, action, status, before)) {
      this.causes.set(key, "outside");
      return;
    }
    this.causes.set(key, "reported");
    const who = run.orphanedAt !== undefined ? "a host whose engine is gone" : run.operation;
    const own = run.programVariables.has(key) ? "of the program" : "outside the program";
    this.report("push-unsafe", `${action.kind} by ${who}, variable ${own}`, `${key} = ${value}`);
  }

  /**
   * A destroy takes out what its own variable names, also what the state knows no longer: somebody has made it forget the
   * certificate, or has set the variable back to an older one.
   */
  private leaves(run: Run, certificate: string, key: string): boolean {
    const { operation, stack } = run;
    if (operation !== "destroy" || !stack.variables.has(key)) return false;
    const isUnknown = stack.hasForgotten || this.isSetByHand(key);
    return isUnknown && this.families(run).has(familyOf(certificate));
  }

  /** The variable that a removal leaves: the stack's own, in no program any more, and it named what is removed. */
  private isLeft(run: Run, key: string, before: VariableStatus | undefined): boolean {
    if (before?.certificateId === undefined || !run.removes(before.certificateId)) return false;
    if (!run.stack.variables.has(key)) return false;
    if (run.operation !== "destroy" && run.programVariables.has(key)) return false;
    return !this.stacks.some(other => other !== run.stack && variablesIn(other).has(key));
  }

  /** Somebody outside was faster, after this run had looked and before it could write. */
  private wasRaced(
    run: Run,
    action: Action,
    status: VariableStatus,
    before: VariableStatus | undefined,
  ): boolean {
    const sent = run.sentAt.get(run.lastCall) ?? this.now();
    const recently = (subject: string | undefined, since: number) =>
      subject !== undefined && (this.touched.get(subject) ?? Number.NEGATIVE_INFINITY) >= since;
    if (action.kind === "variable") {
      // It names what somebody took away during this run; before a rollback, it is looked at once more.
      const named = status.certificateId ?? this.idOf(status.project, status.value);
      // It was on its way when its host ended, and the next run has disabled what it names meanwhile.
      const changes = (named !== undefined && this.changedAt.get(named)) || [];
      if (!run.host.isAlive && changes.some(at => at > sent)) return true;
      const isLate = isBack(run, status.value) && !run.hasFaults;
      return recently(named, isLate ? this.now() - fenceMs : run.startedAt);
    }
    if (this.isHidden(run, status)) return true;
    // It was on its way when its host ended, and the next run has gone back to what it disables.
    if (!run.host.isAlive && (this.wroteVariable.get(status.key) ?? 0) > sent) return true;
    return recently(status.key, sent - raceMs) || recently(before?.certificateId, sent - raceMs);
  }

  /** Another stack was faster: it has set the variable since this one could look. */
  private isRacing({ stack }: Run, key: string): boolean {
    const writer = this.writers.get(key);
    const written = this.wroteVariable.get(key) ?? Number.NEGATIVE_INFINITY;
    return writer !== undefined && writer !== stack && written >= this.now() - raceMs;
  }

  /** Somebody else was faster: another stack, or a person, since this run could look. */
  private isSetMeanwhile(run: Run, key: string): boolean {
    const sent = run.sentAt.get(run.lastCall) ?? this.now();
    return this.isRacing(run, key) || (this.touched.get(key) ?? Number.NEGATIVE_INFINITY) >= sent - raceMs;
  }

  /** Set by hand, or left behind, where nobody can look: on a branch for which the program itself vouches. */
  private isHidden(run: Run, { key, project, branch }: VariableStatus): boolean {
    const isVouchedFor = [...run.programVariables].some(own => own.startsWith(keyOf(project, branch, "")));
    return !this.isReadable() && (this.isSetByHand(key) || !run.programVariables.has(key)) && isVouchedFor;
  }

  private isEnabled({ project, environments }: Certificate): boolean {
    const isInUse = (type: string) =>
      this.state.deployments.some(
        each => each.project === project && each.environmentType === type && !each.workingCopy,
      );
    return environments.some(type => !this.refusesEmptyList || isInUse(type));
  }

  private idOf(project: string, name: string): string | undefined {
    return this.uploadsOf(project, name).at(-1)?.[0];
  }

  /** What a stack means by a name: its own upload, although another stack may have given the name to one of its own. */
  private ownIdOf(stack: Stack, project: string, name: string): string | undefined {
    const uploads = this.uploadsOf(project, name);
    return (uploads.findLast(([, upload]) => upload.stack === stack) ?? uploads.at(-1))?.[0];
  }

  /** In their order: one that was let go may have had the name before. */
  private uploadsOf(project: string, name: string) {
    return [...this.uploads].filter(([, upload]) => upload.project === project && upload.name === name);
  }

  private uploaded(run: Run, action: Action & { kind: "certificate.create" }, answer: string): void {
    const { id } = JSON.parse(answer) as { id: string };
    run.ownCertificates.add(id);
    this.uploads.set(id, {
      stack: run.stack,
      name: action.name,
      project: action.project,
      at: this.now(),
    });
  }

  private certificateTouched(
    run: Run,
    action: Action & { kind: "certificate.update" | "certificate.delete" },
    before: Certificate,
    wasUsed: boolean,
  ): void {
    const now = this.state.certificates.find(({ id }) => id === before.id);
    if (now?.environments.some(type => !before.environments.includes(type))) this.noteEnabledAgain(before.id);
    const verb = action.kind === "certificate.delete" ? "deletes" : "changes";
    const text = `${run.stack.key} ${verb} ${before.name} (${before.environments.join() || "disabled"})`;
    if (!run.ownCertificates.has(before.id)) {
      const isFamily = familyOf(before.name) !== undefined && this.families(run).has(familyOf(before.name));
      const isYoung = this.now() - Date.parse(before.createdOn) < hourMs;
      const isFresh = this.isEnabled(before) && isYoung && !wantsGeneration(run, before);
      const lost = before.environments.filter(type => !now?.environments.includes(type));
      const whose = this.uploads.get(before.id)?.stack;
      const isOthersFresh = isFresh && whose !== run.stack;
      // What its own variable named when the run began may have served there.
      const isTaken = isOthersFresh && !run.takenOver.has(before.name);
      const isHarmful =
        verb === "deletes" ? wasUsed || isOthersFresh : isTaken || this.isNamed(before, lost, run);
      const isAllowed = isFamily && !isHarmful;
      if (!isAllowed) {
        const owner =
          whose === undefined
            ? "somebody's"
            : whose === run.stack
              ? "what its state forgot"
              : "another stack's";
        const family = isFamily ? "of its family" : "of another family";
        this.report("not its own", `${verb} a certificate ${family}: ${owner}`, text);
      }
    }
    if (now !== undefined) return;
    const entry = run.stack.state.entries.find(({ id }) => id === before.id);
    const isKept =
      entry === undefined ? this.isFamilyKept(run, before) : this.effectiveOnDelete(run, entry) !== "delete";
    if (isKept) this.report("retained", "a certificate is deleted that onDelete keeps", text);
  }

  /**
   * Whether somebody uses it; what is broken without it anyway tells nothing where nobody can look. Nobody can look into
   * the variables of a branch without a deployment.
   */
  private isMissed(certificate: Certificate): boolean {
    const types = this.isReadable() ? environmentTypes : certificate.environments;
    return this.holders(certificate).length > 0 || this.isNamed(certificate, types);
  }

  /** Whether the next deploy of a branch of one of these types needs it. */
  private isNamed({ project, name }: Certificate, types: readonly string[], run?: Run): boolean {
    const isAllowed = (run: Run, key: string) => this.isSetMeanwhile(run, key) || this.leaves(run, name, key);
    return this.state.variables.some(
      variable =>
        variable.project === project &&
        variable.value === name &&
        !(run !== undefined && isAllowed(run, keyOf(project, variable.branch, variable.name))) &&
        this.state.deployments.some(
          deployment =>
            deployment.project === project &&
            deployment.branch === variable.branch &&
            !deployment.workingCopy &&
            types.includes(deployment.environmentType),
        ),
    );
  }

  private families(run: Run): Set<string | undefined> {
    const names = [...this.uploads.values()].filter(({ stack }) => isTwin(stack, run.stack));
    return new Set(names.map(({ name }) => familyOf(name)));
  }

  private isFamilyKept(run: Run, { name }: Certificate): boolean {
    return run.stack.state.entries.some(
      entry =>
        entry.type === "MtlsCertificate" &&
        familyOf(String(entry.outputs.name)) === familyOf(name) &&
        this.effectiveOnDelete(run, entry) !== "delete" &&
        run.engine.declares(entry.urn),
    );
  }

  /** What the program says now, else what it said when the object was made. */
  private effectiveOnDelete(run: Run, { urn, outputs }: Entry): string {
    const declared = run.declared.find(each => each.urn === urn);
    const said =
      declared === undefined ? outputs.onDelete : (declared.inputs as { onDelete?: string }).onDelete;
    return String(said ?? "delete");
  }

  private variableWritten(run: Run, { project, branch, name, value }: Action & { kind: "variable" }): void {
    const key = keyOf(project, branch, name);
    this.lastValues.set(key, value);
    // What a host was about to write when its engine went, the next run cannot see coming.
    if (run.orphanedAt !== undefined && this.now() <= run.orphanedAt + fenceMs) this.touch(key);
    this.wroteVariable.set(key, this.now());
    this.byHand.delete(key);
    this.writers.set(key, run.stack);
    if (!run.variables.has(key)) this.report("not its own", "sets a variable that is not its own", key);
  }

  /** Nobody learns of what a host writes whose engine is gone, and the next run has begun. */
  private servesAnEngine(run: Run, { kind }: Action, sentAt: number): void {
    if (["read", "variables.read"].includes(kind) || run.orphanedAt === undefined) return;
    if (run.hasFaults || !this.isReadable() || run.orphanedAt + onItsWayMs >= sentAt) return;
    this.report("unfenced", "a write without an engine", `${run.stack.key}: ${kind}`);
  }

  /** Before a variable is put back: nobody has given the variable another value meanwhile. */
  private rollbackFenced(run: Run, { project, branch, name, value }: Action & { kind: "variable" }): void {
    if (!isBack(run, value) || run.hasFaults) return;
    const key = keyOf(project, branch, name);
    const now = this.now();
    const touched = this.touched.get(key) ?? Number.NEGATIVE_INFINITY;
    const written = this.wroteVariable.get(key) ?? Number.POSITIVE_INFINITY;
    const isOther = ![value, this.lastValues.get(key)].includes(this.statuses.get(key)?.value);
    if (
      this.isReadable() &&
      isOther &&
      written >= run.startedAt &&
      touched > written &&
      touched + fenceMs < now
    )
      this.report("unfenced", "a rollback overwrites what somebody has set", `${key} = ${value}`);
  }

  private deployed(run: Run, name: string): void {
    run.hasRolled = true;
    run.deployed.add(name);
    this.deployedAt.set(name, this.now());
    if (run.deployments.has(name) || run.stack.deployments.has(name)) return;
    this.report("not its own", "redeploys what is not its own", `${run.stack.key} ${name}`);
  }

  private greenVariable(run: Run, { urn, outputs, id, madeIn: project }: Entry): void {
    const { branch, name, value } = outputs as { branch: string; name: string; value: string };
    const key = keyOf(project, branch, name);
    const written = this.wroteVariable.get(key) ?? Number.NEGATIVE_INFINITY;
    if ((this.touched.get(key) ?? Number.NEGATIVE_INFINITY) >= written) return;
    const actual = this.state.variables.find(
      each => each.project === project && each.branch === branch && each.name === name,
    );
    if (actual?.value !== value) {
      this.report(
        "not green",
        "a variable has another value",
        `${urn} ${id}: ${actual?.value} is not ${value}`,
      );
    }
    const status = this.statuses.get(key);
    if (status?.isBroken !== true) return;
    if (this.isUnseen(run.stack, this.ownIdOf(run.stack, project, value) ?? "")) return;
    this.report("not green", "a variable names no certificate that is enabled", `${key} = ${value}`);
  }

  private greenDeployment(run: Run, { urn, id, outputs }: Entry): void {
    const deployment = this.state.deployments.find(({ name }) => name === id);
    if (deployment === undefined) {
      if (!this.isUnseen(run.stack, id)) this.report("not green", "a deployment is not there", urn);
      return;
    }
    const { certificates, variables } = outputs as {
      certificates: string[];
      variables: { branch: string; name: string; value: string }[];
    };
    const { project, environmentType, snapshot } = deployment;
    for (const name of certificates) {
      const certificate = this.state.certificates.find(
        each => each.project === project && each.name === name,
      );
      const own = this.ownIdOf(run.stack, project, name) ?? certificate?.id ?? "";
      if (this.isUnseen(run.stack, own)) continue;
      const naming = variables.filter(({ value }) => value === name);
      const keys = naming.map(variable => keyOf(project, variable.branch, variable.name));
      if (this.wasLetGo(run.stack, own, keys)) continue;
      if (!certificate?.environments.includes(environmentType)) {
        const what = certificate === undefined ? "is not there" : "is not enabled";
        this.report("not green", `a listed certificate ${what}`, `${urn} ${name}`);
      } else if (!snapshot.bindings.some(({ certificateId }) => certificateId === certificate.id)) {
        this.report("not green", "a listed certificate is not bound", `${urn} ${name}`);
      }
    }
    for (const { branch, name, value } of variables) {
      const key = keyOf(project, branch, name);
      if (branch !== deployment.branch || snapshot.variables[name] === value) continue;
      // What others did to a variable after its last write is not known to any state.
      const written = this.wroteVariable.get(key) ?? Number.NEGATIVE_INFINITY;
      if ((this.touched.get(key) ?? Number.NEGATIVE_INFINITY) >= written) continue;
      this.report(
        "not green",
        "a deployment runs with another value",
        `${urn} ${key} = ${snapshot.variables[name]}`,
      );
    }
  }

  /** What the stack uploaded, does not have in its state, and has had every chance to delete. */
  private leftOver(run: Run): void {
    // Where nobody may look, it may stay for whom it might serve.
    if (!run.hasRolled || !this.isReadable()) return;
    // Only a deletion waits for the edge: what a roll may only just have released, a later run deletes.
    if (this.hasEdge && run.deletes === 0) return;
    const kept = new Set(run.stack.state.entries.map(({ id }) => id));
    for (const certificate of this.state.certificates) {
      const { id, name, project, createdOn } = certificate;
      if (this.uploads.get(id)?.stack !== run.stack || kept.has(id) || this.retained.has(id)) continue;
      if (run.stack.hasForgotten || this.isFamilyKept(run, certificate)) continue;
      if (this.wasEnabledAfterABuild(certificate)) continue;
      const family = familyOf(name);
      // Nobody looks into a project that the resource has moved away from.
      const isPresent = run.stack.state.entries.some(
        ({ type, madeIn, outputs }) =>
          type === "MtlsCertificate" && madeIn === project && familyOf(String(outputs.name)) === family,
      );
      const since = this.freeSince.get(id) ?? Number.POSITIVE_INFINITY;
      // What is disabled is nobody's fresh upload.
      const isYoung = run.startedAt - Date.parse(createdOn) < hourMs;
      const isFresh = isYoung && certificate.environments.length > 0;
      if (!isPresent || since > run.startedAt || isFresh) continue;
      this.report("left over", "a certificate that nobody uses is left", `${run.stack.key} ${name}`);
    }
  }

  private noteFree(): void {
    for (const certificate of this.state.certificates) {
      const isFree = this.users(certificate).length === 0;
      if (!isFree) this.freeSince.delete(certificate.id);
      else if (!this.freeSince.has(certificate.id)) this.freeSince.set(certificate.id, this.now());
    }
  }
}

/** The variables that the state of a stack has, as `project/branch/NAME`. */
export function variablesIn(stack: Stack): Set<string> {
  return new Set(
    stack.state.entries
      .filter(({ type }) => type === "EnvironmentVariable")
      .map(({ madeIn, outputs }) => keyOf(madeIn, String(outputs.branch), String(outputs.name))),
  );
}

/** Prefix and lineage of a generated name. */
function familyOf(name: string): string | undefined {
  return /^(.+_[0-9a-f]{4})[0-9a-f]{8}(_\d+)?$/.exec(name)?.[1];
}

/** Whether a certificate has the name that the program wants: then it was left by a run that was killed. */
function wantsGeneration({ declared }: Run, { certificate }: Certificate): boolean {
  return declared.some(
    ({ inputs }) => (inputs as { certificate?: string }).certificate?.trim() === certificate.trim(),
  );
}

/** Whether a run that gives a variable this value goes back: the certificate of that name is replaced. */
function isBack({ stack }: Run, value: string): boolean {
  const named = stack.state.entries.filter(
    ({ type, outputs }) => type === "MtlsCertificate" && outputs.name === value,
  );
  return named.length > 0 && named.every(({ isPendingDelete }) => isPendingDelete);
}

/** Stacks of one name in different backends have the same lineages. */
function isTwin(one: Stack, other: Stack): boolean {
  return one.spec.stack === other.spec.stack;
}
