import type { Emulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import type { Context, Resource, Stored } from "../../provider/resources/resource";
import { contextOf } from "../support/core";

/** How large a stack is. */
export interface Size {
  certificates: number;
}

type StateOf<R> = R extends Resource<unknown, infer State> ? Stored<State> : never;

interface Objects {
  certificates: StateOf<typeof mtlsCertificate>[];
  variables: StateOf<typeof environmentVariable>[];
  redeployments: StateOf<typeof redeployment>[];
}

/**
 * A stack without an engine: every deployment of the emulator uses every certificate, each by a variable of its own.
 * Each run has a session of its own, and the order of a run is the engine's.
 */
export class CoreStack {
  private objects: Objects = { certificates: [], variables: [], redeployments: [] };

  constructor(
    private readonly emulator: Emulator,
    private readonly size: Size,
  ) {}

  /** Creates everything, or rotates all certificates. */
  async up(): Promise<void> {
    const { session } = contextOf(this.emulator);
    const before = this.objects;
    const issued = await Promise.all(
      Array.from({ length: this.size.certificates }, () => this.emulator.authority.issue()),
    );
    const certificates = await Promise.all(
      issued.map((one, index) =>
        upload({ session, identity: identityOf(index) }, one, before.certificates[index]),
      ),
    );
    const names = certificates.map(({ state }) => state.name ?? "");
    const wanted = this.variablesFor(names);
    const variables = await Promise.all(
      wanted.map((args, index) => put(environmentVariable, { session }, before.variables[index], args)),
    );
    const redeployments = await Promise.all(
      this.emulator.deployments().map(({ branch }, index) =>
        put(redeployment, { session }, before.redeployments[index], {
          branch,
          certificates: names,
          variables: wanted.filter(variable => variable.branch === branch),
        }),
      ),
    );
    await Promise.all(
      before.certificates.map(({ id, state }, index) =>
        mtlsCertificate.delete({ session, identity: identityOf(index) }, id, state),
      ),
    );
    this.objects = { certificates, variables, redeployments };
  }

  /** Reads everything; @returns how many objects are there. */
  async refresh(): Promise<number> {
    const context = contextOf(this.emulator);
    const { certificates, redeployments } = this.objects;
    const found = await Promise.all([
      ...certificates.map(({ id, state }) => mtlsCertificate.read(context, id, state)),
      ...redeployments.map(({ id, state }) => redeployment.read(context, id, state)),
    ]);
    return found.filter(one => one !== undefined).length;
  }

  private variablesFor(names: readonly string[]) {
    const branches = this.emulator.deployments().map(({ branch }) => branch);
    return branches.flatMap(branch =>
      names.map((value, index) => ({ branch, name: `CERTIFICATE_${index}`, value })),
    );
  }
}

function identityOf(index: number) {
  return { project: "shop", stack: "prod", parents: "", resource: `certificate${index}` };
}

/** As the engine does: what is replaced is compared with its state, and checked once more without it. */
async function upload(
  context: Context,
  { chain, privateKey }: Issued,
  before: StateOf<typeof mtlsCertificate> | undefined,
) {
  const news = { certificate: chain, privateKey, environments: ["preview", "production"] };
  if (before !== undefined) {
    const { inputs } = mtlsCertificate.check(context, { ...before.state }, news);
    mtlsCertificate.diff(context, before.state, inputs);
  }
  const { inputs, failures } = mtlsCertificate.check(context, undefined, news);
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  return mtlsCertificate.create(context, mtlsCertificate.contract.inputs.parse(inputs));
}

/** Creates an object, or updates the one that is there. */
async function put<Args, State>(
  resource: Resource<Args, State>,
  context: Context,
  before: Stored<State> | undefined,
  args: Args,
): Promise<Stored<State>> {
  if (before === undefined) return resource.create(context, args);
  return { id: before.id, state: await resource.update(context, before.id, before.state, args) };
}
