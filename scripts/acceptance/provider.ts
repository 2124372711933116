/** One certificate, variable and redeployment in the hands of the provider, run after run, as an engine would do it. */
import type { Issued } from "../../emulator/pki";
import type { EnvironmentType } from "../../provider/api/responses";
import type { Identity } from "../../provider/certificates/identity";
import type { ProviderConfig } from "../../provider/config";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { PartialFailure } from "../../provider/resources/partialFailure";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import type { Changes, Context, RawInputs, Resource, Stored } from "../../provider/resources/resource";
import { Session } from "../../provider/session";
import { failureText } from "../../provider/text/codes";
import { harmlessValue, rotationPrefix, variableName } from "./names";

export interface Program {
  branch: string;
  environmentType: EnvironmentType;
  /** As in a program; undefined where the route cannot prove anything. */
  verify: RawInputs | undefined;
  timeoutSeconds: number;
}

interface Kept<State> extends Stored<State> {
  inputs: RawInputs;
}

/** One resource of the program, and what an engine remembers of it. */
class Declared<Args, State extends object> {
  kept: Kept<State> | undefined;
  /** What is replaced, and not deleted yet. */
  replaced: Kept<State>[] = [];

  constructor(
    private readonly resource: Resource<Args, State>,
    private readonly name: string,
  ) {}

  async bring(session: Session, place: Omit<Identity, "resource">, news: RawInputs): Promise<State> {
    const context = this.contextOf(session, place);
    const { kept } = this;
    const inputs = this.checked(context, kept?.inputs, news);
    const changes = kept === undefined ? [] : this.changesOf(context, kept.state, inputs);
    if (kept === undefined || changes.includes("replace")) {
      // A replacement is checked once more, as if it were new.
      const anew = kept === undefined ? inputs : this.checked(context, undefined, news);
      await this.keep(anew, () => this.resource.create(context, this.resource.contract.inputs.parse(anew)));
      if (kept !== undefined) this.replaced.push(kept);
    } else if (changes.length > 0) {
      const args = this.resource.contract.inputs.parse(inputs);
      await this.keep(inputs, async () => ({
        id: kept.id,
        state: await this.resource.update(context, kept.id, kept.state, args),
      }));
    }
    if (this.kept === undefined) throw new Error(`${this.resource.contract.type} was not made`);
    return this.kept.state;
  }

  async deleteReplaced(session: Session, place: Omit<Identity, "resource">): Promise<void> {
    for (const { id, state } of this.replaced.splice(0))
      await this.resource.delete(this.contextOf(session, place), id, state);
  }

  async delete(session: Session, place: Omit<Identity, "resource">): Promise<void> {
    await this.deleteReplaced(session, place);
    const { kept } = this;
    if (kept === undefined) return;
    await this.resource.delete(this.contextOf(session, place), kept.id, kept.state);
    this.kept = undefined;
  }

  private contextOf(session: Session, place: Omit<Identity, "resource">): Context {
    return { session, identity: { ...place, resource: this.name } };
  }

  private checked(context: Context, olds: RawInputs | undefined, news: RawInputs): RawInputs {
    const { inputs, failures } = this.resource.check(context, olds, news);
    if (failures.length === 0) return inputs;
    throw new Error(failures.map(failureText).join(" "));
  }

  private changesOf(context: Context, state: State, inputs: RawInputs): Changes[string][] {
    return Object.values(this.resource.diff(context, state, inputs));
  }

  /** What was done in part is remembered, so that it can be deleted. */
  private async keep(inputs: RawInputs, work: () => Promise<Stored<State>>): Promise<void> {
    try {
      this.kept = { ...(await work()), inputs };
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      this.kept = { id: error.id, state: error.state as State, inputs };
      throw error.cause;
    }
  }
}

export class ProviderRuns {
  /** What the provider said, in all runs. */
  readonly said: string[] = [];
  private readonly certificate = new Declared(mtlsCertificate, "rotation");
  private readonly variable = new Declared(environmentVariable, "variable");
  private readonly redeployment = new Declared(redeployment, "redeployment");
  private readonly place: Omit<Identity, "resource">;

  constructor(
    private readonly config: ProviderConfig,
    private readonly program: Program,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.place = { project: "acceptance", stack: program.branch, parents: "" };
  }

  /** Brings a certificate into service. @returns its name at Zuplo. */
  async up({ chain, privateKey }: Issued): Promise<string> {
    const { branch, environmentType, verify, timeoutSeconds } = this.program;
    const session = this.begin();
    const { name } = await this.certificate.bring(session, this.place, {
      certificate: chain,
      privateKey,
      environments: [environmentType],
      namePrefix: rotationPrefix,
    });
    const variable = { branch, name: variableName, value: name };
    await this.variable.bring(session, this.place, { ...variable, valueOnDelete: harmlessValue });
    await this.redeployment.bring(session, this.place, {
      branch,
      certificates: [name],
      variables: [variable],
      timeout: timeoutSeconds,
      ...(verify === undefined ? {} : { verify }),
    });
    await this.certificate.deleteReplaced(session, this.place);
    return name;
  }

  async destroy(): Promise<void> {
    const session = this.begin();
    for (const each of [this.redeployment, this.variable, this.certificate])
      await each.delete(session, this.place);
  }

  private begin(): Session {
    const keep = (line: string) => void this.said.push(line);
    return new Session(this.config, { log: { info: keep, warn: keep }, signal: this.signal });
  }
}
