/** The provider's own code, without an engine: loading it, and reading certificates. */
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { createAuthority } from "../../emulator/pki";
import { parseChain } from "../../provider/certificates/parse";
import {
  chainProblem,
  expiryWarning,
  uploadWarnings,
  validityProblem,
} from "../../provider/certificates/validate";
import type { BenchCase } from "../bench";
import { interleave } from "../interleave";
import { ratios, summarise } from "../statistics";

const root = join(__dirname, "..", "..");
const loadsPerRepetition = 3;
const certificates = 300;

export const coreLoad: BenchCase = {
  name: "core-load",
  async run({ repetitions, say }) {
    say("loading the core as the dynamic host does");
    const { ours } = await interleave(["ours"] as const, repetitions * loadsPerRepetition, async () =>
      load(),
    );
    const measured = summarise(ours);
    return [
      {
        what: "load of the core by the dynamic host",
        against: "–",
        unit: "ms",
        ours: measured,
        result: measured,
        resultUnit: "ms",
        target: { kind: "at most", value: 100 },
      },
    ];
  },
};

/** In a process that has the SDK already, as the host has. */
function load(): number {
  const script = `
    require("@pulumi/pulumi");
    const startedAt = performance.now();
    require("pulumi-zuplo/provider");
    console.log(performance.now() - startedAt);`;
  return Number(execFileSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" }));
}

export const parse: BenchCase = {
  name: "parse",
  async run({ repetitions, say }) {
    say(`${certificates} certificates`);
    const authority = await createAuthority();
    const issue = () => Promise.all(Array.from({ length: certificates }, () => authority.issue()));
    const measured = await interleave(["ours", "node"] as const, repetitions, async side => {
      // Other ones each time: what was parsed before is remembered.
      const issued = await issue();
      const startedAt = performance.now();
      if (side === "node") for (const { certificate } of issued) new X509Certificate(certificate);
      else for (const { certificate } of issued) validate(certificate);
      return (performance.now() - startedAt) / certificates;
    });
    return [
      {
        what: "parse and validate a certificate",
        against: "new X509Certificate of node:crypto",
        unit: "ms",
        ours: summarise(measured.ours),
        theirs: summarise(measured.node),
        result: ratios(measured.ours, measured.node),
        resultUnit: "×",
        target: { kind: "at most", value: 3 },
      },
    ];
  },
};

/** Everything that a check says of the certificate itself. */
function validate(certificate: string): void {
  const chain = parseChain(certificate);
  if ("reason" in chain) throw new Error(chain.reason);
  const now = Date.now();
  const problem = chainProblem(chain) ?? validityProblem(chain.leaf, now);
  const warnings = [expiryWarning(chain.leaf, now, undefined), ...uploadWarnings(chain)];
  if (problem !== undefined || warnings.some(warning => warning !== undefined)) throw new Error("not valid");
}
