import { ZuploError } from "../provider/api/errors";
import { type CertificateResponse, environmentTypes } from "../provider/api/responses";
import { familyOf } from "../provider/certificates/name";
import type { ProjectSession } from "../provider/projectSession";
import { typeOf } from "../provider/rotation/builds";
import { enabledTypes } from "../provider/rotation/environments";
import { describeHolders, describeObjections } from "../provider/rotation/objectionWords";
import type { Code } from "../provider/text/codes";
import { enumerated } from "../provider/text/enumerated";
import { quote } from "../provider/text/redact";
import { familiesOf, type StackCertificate } from "./stackExport";

/** A certificate that was changed later than this may be in the hands of a run that goes on. */
const minAgeMs = 60 * 60 * 1000;

/** Which certificates are looked at: a name, an id, or a prefix with lineage; or what a stack tells. */
export type Selection = { text: string } | { stack: readonly StackCertificate[] };

export interface PrunedCertificate {
  id: string;
  name: string;
  /** The environment types for which it is enabled. */
  environments: string[];
  /** ISO 8601. */
  createdOn?: string;
  updatedOn?: string;
  /** `deletable`: with --yes, it would be deleted. `failed`: Zuplo did not delete it. */
  outcome: "deletable" | "deleted" | "left" | "failed";
  /** Why it is left, or was not deleted. */
  reasons: string[];
  /** Under which that stands in the documentation. */
  code?: Code;
}

export interface Pruned {
  account: string;
  project: string;
  certificates: PrunedCertificate[];
  /** Branches of which not every variable could be read: one of them may name a certificate, too. */
  unreadBranches: string[];
  /** What has to be said of the selection itself. */
  notes: string[];
}

/** Looks at what is left of a certificate, and deletes what nobody can be seen to need, where that is confirmed. */
export async function prune(
  project: ProjectSession,
  selection: Selection,
  isConfirmed: boolean,
): Promise<Pruned> {
  const listed = await project.certificates.list();
  const chosen = listed.filter(isIn(selection)).sort((a, b) => a.name.localeCompare(b.name));
  const certificates: PrunedCertificate[] = [];
  for (const certificate of chosen) {
    const reasons = await reasonsToLeave(project, certificate, selection);
    const isLeft = reasons.length > 0;
    certificates.push(
      isLeft || !isConfirmed
        ? { ...factsOf(certificate), ...(isLeft ? left(reasons) : { outcome: "deletable", reasons }) }
        : await remove(project, certificate),
    );
  }
  return {
    ...project.scope,
    certificates,
    unreadBranches: await unreadBranches(project, chosen[0]),
    notes: notesOf(project, selection, listed, chosen),
  };
}

function isIn(selection: Selection): (certificate: CertificateResponse) => boolean {
  if ("text" in selection) {
    const { text } = selection;
    return ({ id, name }) => id === text || name === text || familyOf(name) === text;
  }
  const families = familiesOf(selection.stack);
  return ({ name }) => families.has(familyOf(name) ?? "");
}

async function reasonsToLeave(
  project: ProjectSession,
  certificate: CertificateResponse,
  selection: Selection,
): Promise<string[]> {
  const reasons = "stack" in selection ? reasonsOfStack(certificate, selection.stack) : [];
  reasons.push(...(await reasonsOfItsOwn(project, certificate)));
  const { objections, holders } = await project.safety.obstaclesTo(certificate, "orphan");
  const named = objections.filter(({ kind }) => kind === "named");
  if (named.length > 0) reasons.push(describeObjections(named));
  if (holders.length > 0) reasons.push(`it may be bound by ${describeHolders(holders)}`);
  if (reasons.length > 0) return reasons;
  // Disabled for long, it may have been bound until somebody's push just now.
  const settle = project.settling.ofOrphan(certificate.name);
  if (!(await project.settling.isOver(certificate, settle)))
    reasons.push(
      `a deploy of the last ${settle.settleMs / 1000} s may have released it, and Zuplo's edge needs time to follow`,
    );
  return reasons;
}

function reasonsOfStack({ id, name }: CertificateResponse, stack: readonly StackCertificate[]): string[] {
  const own = stack.find(held => held.id === id || held.name === name);
  if (own?.isPending) return ["it is a pending delete of the stack: `pulumi up` deletes it"];
  if (own !== undefined) return ["the stack has it"];
  const isKept = stack.some(
    held => !held.isPending && held.onDelete !== "delete" && familyOf(held.name ?? "") === familyOf(name),
  );
  return isKept ? ["the stack keeps what it replaces (onDelete): give its name, and it is deleted"] : [];
}

/** Where Zuplo refuses an empty list, what is disabled is left enabled for a type of which there is no deployment. */
async function reasonsOfItsOwn(
  { deployments, objections, run }: ProjectSession,
  certificate: CertificateResponse,
): Promise<string[]> {
  const types = enabledTypes(certificate);
  const used = new Set((await deployments.list()).map(typeOf));
  const isDisabled = !types.some(type => used.has(type)) && !(await objections.mayHide(types));
  const changedOn = certificate.updatedOn ?? certificate.createdOn;
  const age = run.now() - Date.parse(changedOn ?? "");
  return [
    ...(isDisabled ? [] : [`it is enabled for ${enumerated(types)}`]),
    ...(age >= minAgeMs
      ? []
      : [Number.isNaN(age) ? "its age is not known" : "it was changed within the last hour"]),
  ];
}

/** It is looked at once more: a rollback in another process may have put it back into service. */
async function remove(project: ProjectSession, certificate: CertificateResponse): Promise<PrunedCertificate> {
  const facts = factsOf(certificate);
  try {
    const current = await project.safety.freshCertificate(certificate.id);
    if (current === undefined) return { ...facts, outcome: "deleted", reasons: [] };
    const reasons = await reasonsOfItsOwn(project, current);
    if (reasons.length > 0) return { ...factsOf(current), ...left(reasons) };
    const refusal = await project.safety.erase(certificate);
    if (refusal === undefined) return { ...facts, outcome: "deleted", reasons: [] };
    return { ...facts, ...left([`Zuplo counts it as in use (${refusal.problem})`]) };
  } catch (error) {
    if (!(error instanceof ZuploError)) throw error;
    const { code } = error;
    return { ...facts, outcome: "failed", reasons: error.message.split("\n"), code };
  }
}

function left(reasons: string[]): Pick<PrunedCertificate, "outcome" | "reasons" | "code"> {
  return { outcome: "left", reasons, code: "ZUPLO1502" };
}

/** Nobody can look there. It is the same for every certificate. */
async function unreadBranches(
  project: ProjectSession,
  certificate: CertificateResponse | undefined,
): Promise<string[]> {
  if (certificate === undefined) return [];
  const found = await Promise.all(environmentTypes.map(type => project.objections.to(certificate, type)));
  const unread = found.flat().filter(({ kind }) => kind === "unreadable");
  return [...new Set(unread.map(({ branch }) => branch))].sort();
}

function notesOf(
  { scope }: ProjectSession,
  selection: Selection,
  listed: readonly CertificateResponse[],
  chosen: readonly CertificateResponse[],
): string[] {
  if ("text" in selection) {
    if (chosen.length > 0) return [];
    const begun = listed
      .map(({ name }) => familyOf(name))
      .filter(family => family?.startsWith(selection.text));
    const nearest = [...new Set(begun)].slice(0, 5).map(family => `'${quote(family ?? "")}'`);
    const hint = nearest.length > 0 ? ` A prefix ends with its lineage: ${nearest.join(", ")}.` : "";
    const sight = " A key that is limited to environment types may not see it.";
    return [`No certificate matches '${quote(selection.text)}'.${hint}${sight}`];
  }
  const elsewhere = new Set(
    selection.stack
      .filter(
        ({ account = scope.account, project = scope.project }) =>
          account !== scope.account || project !== scope.project,
      )
      .map(({ account = scope.account, project = scope.project }) => `'${quote(account)}/${quote(project)}'`),
  );
  const isSecret = selection.stack.some(({ name, id }) => name === undefined && id !== undefined);
  return [
    ...(selection.stack.length === 0 ? ["The stack has no MtlsCertificate."] : []),
    ...(elsewhere.size > 0
      ? [`The stack has certificates in ${[...elsewhere].join(", ")}, too: give --account and --project.`]
      : []),
    ...(isSecret ? ["The stack has a certificate whose name is a secret: give its prefix instead."] : []),
  ];
}

function factsOf(certificate: CertificateResponse): Omit<PrunedCertificate, "outcome" | "reasons" | "code"> {
  const { id, name, createdOn, updatedOn } = certificate;
  return {
    id,
    name,
    environments: enabledTypes(certificate),
    ...(createdOn === undefined ? {} : { createdOn }),
    ...(updatedOn === undefined ? {} : { updatedOn }),
  };
}
