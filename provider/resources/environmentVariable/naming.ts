import { Invalid } from "../../api/errors";
import type { CertificateResponse } from "../../api/responses";
import { whereKeyIsLimited } from "../../api/rights";
import { isName } from "../../certificates/name";
import type { ProjectSession } from "../../projectSession";
import type { VariableValue } from "../../rotation/branchVariable";
import { typeOf } from "../../rotation/builds";
import { requireTargets } from "../../rotation/target";
import { orUndefined } from "../../rotation/variables";

/** What is looked at before a variable is set. */
export class Naming {
  constructor(private readonly project: ProjectSession) {}

  /**
   * A branch that the program redeploys has to have a deployment. A variable that names a certificate which its branch
   * cannot use would break the branch's next deploy, whoever makes it. Only what looks like a certificate of ours is
   * looked for, or what takes the place of a certificate's name; any other value may be anything.
   *
   * @param last what the variable named before, as far as the state tells
   */
  async requireUsable({ branch, name, value }: VariableValue, last?: string): Promise<void> {
    const { program } = this.project.run;
    if (program.redeploysBranch(this.project.scope.project, branch))
      await requireTargets(this.project, { branches: [branch], deployments: [] });
    const isOurs = program.certificates.isNameOfOne(value);
    if (!isOurs && !(await this.areCertificates(last, value))) return;
    const deployment = await this.project.deploymentOf(branch);
    if (deployment === undefined) return;
    const type = typeOf(deployment);
    const problemIn = (all: readonly CertificateResponse[]) => {
      const named = all.find(certificate => certificate.name === value);
      if (named !== undefined) return named.environments[type] ? undefined : `is not enabled for ${type}`;
      return program.certificates.isInState(value) ? "does not exist" : undefined;
    };
    if (problemIn(await this.project.certificates.list()) === undefined) return;
    if (program.certificates.enables(this.project.scope.project, value, type)) {
      // Somebody has disabled what the program has enabled: a destroy that did not end, for instance.
      const disabled = await this.project.certificateNamed(value);
      if (disabled !== undefined) {
        const enabled = await this.project.safety.enable(disabled.id, [type]);
        if (enabled.length === 0) return;
        const { updatedOn = "" } = (await this.project.certificates.get(disabled.id)) ?? {};
        program.certificates.noteRevivals(this.project.scope.project, value, { [type]: updatedOn });
        return;
      }
    }
    // Another stack, or somebody by hand, may have changed it since the list was read.
    const problem = problemIn(await this.project.certificates.refresh());
    if (problem === undefined) return;
    throw new Invalid({
      operation: { verb: "set", resource: "EnvironmentVariable", name: `${branch}/${name}` },
      problem: `certificate '${value}' ${problem}, so the next deploy of the branch would fail. Nothing was changed`,
      advice: `Add "${type}" to the \`environments\` of the certificate, or with MtlsBinding set \`environmentType\` of the branch's stage to "${type}"; refresh if somebody has changed it, and run the same command again. ${whereKeyIsLimited("the type", "MtlsCertificate")}`,
      code: "ZUPLO1303",
    });
  }

  /** Whether both are names of certificates of the project, where the API key sees these. */
  private async areCertificates(...names: (string | undefined)[]): Promise<boolean> {
    if (names.some(name => name === undefined || !isName(name))) return false;
    const all = (await orUndefined(this.project.certificates.list())) ?? [];
    return names.every(name => all.some(certificate => certificate.name === name));
  }
}
