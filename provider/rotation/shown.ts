import { Invalid } from "../api/errors";
import { nameLine } from "../certificates/parse";
import { isSameCertificate } from "../certificates/sameCertificate";
import type { ProjectSession } from "../projectSession";
import { quote } from "../text/redact";
import {
  type Expect,
  expectedOf,
  type Placeholder,
  placeholdersIn,
  type ShownCertificate,
} from "./expectation";
import type { InUse } from "./superseded";
import type { AimedVerification, Verification } from "./verify";

/**
 * The name of the certificate that a placeholder stands for: the one that the deployment uses, or the one that the given
 * variable names where it uses several. Else the problem, as the end of a sentence.
 */
export function meantBy(
  { variable }: Pick<Placeholder, "variable">,
  { certificates, variables }: InUse,
): { name: string } | { problem: string } {
  const named = variables.filter(({ value }) => certificates.includes(value));
  if (variable !== undefined) {
    const [first, ...others] = new Set(
      named.filter(({ name }) => name === variable).map(({ value }) => value),
    );
    if (first !== undefined && others.length === 0) return { name: first };
    return {
      problem: `and no variable of that name in \`variables\` names one of \`certificates\`: correct it.`,
    };
  }
  const used = named.length > 0 ? named.map(({ value }) => value) : certificates;
  const [first, ...others] = new Set(used);
  if (first === undefined) return { problem: "and `certificates` is empty: list the certificate." };
  if (others.length === 0) return { name: first };
  return {
    problem:
      "and the deployment uses several certificates: add the variable that names the one that is meant.",
  };
}

/** The problems of an expectation that can be told from the program alone, each with its place. */
export function expectProblems(
  expect: Expect,
  uses: InUse | undefined,
): { place: string; problem: string }[] {
  return templatesOf(expect).flatMap(({ place, template }) => {
    const { found, wrong } = placeholdersIn(template);
    const unknown = wrong.map(
      text =>
        `has '${quote(text)}', which is not a placeholder: use \${fingerprint}, \${serialNumber} or \${subject}.`,
    );
    const ambiguous = found.flatMap(placeholder => {
      const meant = uses === undefined ? { name: "" } : meantBy(placeholder, uses);
      return "problem" in meant ? [`has '${quote(placeholder.text)}', ${meant.problem}`] : [];
    });
    return [...unknown, ...ambiguous].map(problem => ({ place, problem }));
  });
}

function templatesOf({ body, headers = {} }: Expect): { place: string; template: string }[] {
  return [
    ...(body === undefined ? [] : [{ place: "body", template: body }]),
    ...Object.entries(headers).map(([name, template]) => ({ place: `headers.${name}`, template })),
  ];
}

/** The verification with what its answer must hold. Throws where that cannot be known, before anything is written. */
export async function aim(
  session: ProjectSession,
  deployment: string,
  verification: Verification,
  uses: InUse,
): Promise<AimedVerification> {
  const { aimed, problem } = await aimAt(session, verification, uses);
  if (problem === undefined) return aimed;
  throw new Invalid({
    operation: { verb: "verify", resource: "deployment", name: deployment },
    problem: `\`expect\` ${problem}`,
    advice: `Use \${serialNumber}, which Zuplo gives for every certificate, or write the expected text itself into \`expect\`.`,
    code: "ZUPLO1104",
  });
}

/** The same for what a deployment used before. Where that cannot be known, the status alone has to do. */
export async function aimBack(
  session: ProjectSession,
  verification: Verification,
  uses: InUse,
): Promise<AimedVerification> {
  return (await aimAt(session, verification, uses)).aimed;
}

/** With a problem, what its answer must hold is left out. */
async function aimAt(
  session: ProjectSession,
  { expect, ...asked }: Verification,
  uses: InUse,
): Promise<{ aimed: AimedVerification; problem?: string }> {
  if (expect === undefined) return { aimed: asked };
  const known = await certificatesMeant(session, expect, uses);
  const problem = known.find(({ problem }) => problem !== undefined)?.problem;
  if (problem !== undefined) return { aimed: asked, problem };
  return { aimed: { ...asked, expected: expectedIn(expect, known) } };
}

interface Meant {
  text: string;
  certificate?: ShownCertificate;
  problem?: string;
}

async function certificatesMeant(session: ProjectSession, expect: Expect, uses: InUse): Promise<Meant[]> {
  const placeholders = templatesOf(expect).flatMap(({ template }) => placeholdersIn(template).found);
  return Promise.all(
    placeholders.map(async placeholder => {
      const { text, fact } = placeholder;
      const meant = meantBy(placeholder, uses);
      if ("problem" in meant) return { text, problem: `has '${text}', ${meant.problem}` };
      const certificate = await shownAs(session, meant.name);
      if (certificate?.[fact] === undefined)
        return { text, problem: `has '${text}', and that of certificate '${meant.name}' is not known here` };
      return { text, certificate };
    }),
  );
}

function expectedIn(expect: Expect, known: readonly Meant[]) {
  return expectedOf(expect, ({ text }) => {
    const certificate = known.find(meant => meant.text === text)?.certificate;
    // Each placeholder has been looked up.
    if (certificate === undefined) throw new Error(`unresolved ${text}`);
    return certificate;
  });
}

/** What is known of a certificate: by the program where it has it, else by Zuplo, which tells no fingerprint. */
async function shownAs(session: ProjectSession, name: string): Promise<ShownCertificate | undefined> {
  const listed = await session.certificateNamed(name);
  if (listed === undefined) return undefined;
  const facts = session.run.program.certificates.factsOf(name);
  // Another project may have one of the same name, and somebody may have put another one in its place.
  if (facts !== undefined && isSameCertificate(listed, facts)) return facts;
  const { serialNumber, subject } = listed.certificateInfo;
  return { serialNumber, subject: nameLine(subject) };
}
