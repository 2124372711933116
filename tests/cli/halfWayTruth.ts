/** What is stated of a rotation, beside the emulator's truth. */
import assert from "node:assert/strict";
import type { RotationStep } from "../../cli/nextSteps";
import type { Rotation } from "../../cli/rotations";
import type { ApiCall, Emulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { familyOf } from "../../provider/certificates/name";
import { variable } from "./halfWayStack";

function boundBy(emulator: Emulator, deployment: string): string[] {
  const last = emulator.trace.findLast(
    entry => entry.type === "event" && entry.kind === "build.served" && entry.subject === deployment,
  );
  return last?.type === "event" ? last.certificates : [];
}

/** Everything that is stated of a rotation is so in the emulator, and what is so is stated. */
export function assertTrue(
  emulator: Emulator,
  rotation: Rotation,
  issued: Issued,
  areVariablesRead = true,
): void {
  const certificates = emulator.certificates();
  const { newCertificate, oldCertificates, branches, workingCopies } = rotation;
  const ofRotation = [newCertificate, ...oldCertificates];
  assert.deepEqual(
    ofRotation.map(({ name }) => name).sort(),
    certificates
      .filter(({ name }) => familyOf(name) === rotation.lineage)
      .map(({ name }) => name)
      .sort(),
  );
  assert.equal(certificates.find(({ id }) => id === newCertificate.id)?.fingerprint, issued.fingerprint);
  for (const { id, environments } of ofRotation) {
    const is = certificates.find(certificate => certificate.id === id)?.environments ?? [];
    assert.deepEqual([...environments].sort(), [...is].sort());
  }
  const isOne = (name: string) => ofRotation.some(certificate => certificate.name === name);
  for (const { name: deployment, branch } of emulator.deployments()) {
    const copy = workingCopies.find(each => each.deployment === deployment);
    const row = copy ?? branches.find(each => each.deployment === deployment);
    const bound = boundBy(emulator, deployment).filter(isOne);
    const stated = (isCertain: boolean) =>
      (row?.holds ?? []).filter(held => held.isCertain === isCertain).map(held => held.certificate);
    for (const name of bound)
      assert.ok([...stated(true), ...stated(false)].includes(name), `${branch}: ${name}`);
    for (const name of stated(true)) assert.ok(bound.includes(name), `${branch}: ${name}`);
    if (copy !== undefined || row === undefined || !("variables" in row)) continue;
    const served = emulator.served(branch).at(-1)?.certificates[variable];
    if (served !== undefined && isOne(served)) assert.ok(bound.includes(served));
    const named = Object.entries(emulator.variables(branch)).filter(([, value]) => isOne(value));
    assert.deepEqual(
      row.variables,
      areVariablesRead ? named.map(([name, certificate]) => ({ name, certificate })) : [],
    );
    assert.equal(row.variablesRead, areVariablesRead ? "all" : "none");
  }
}

/** What the writes of a run changed, in the words of `next`. */
export function changesOf(before: Before, writes: readonly ApiCall[]): string[] {
  const { variables, environments } = structuredClone(before);
  return writes
    .filter(({ applied }) => applied)
    .flatMap(({ kind, subject, body }) => {
      const sent = (body ?? {}) as { value?: string; environments?: string[] };
      if (kind === "variable.update") {
        const isSame = variables[subject] === sent.value;
        variables[subject] = sent.value ?? "";
        return isSame ? [] : [`setVariable ${subject.split("/")[0]}`];
      }
      if (kind === "certificate.update") {
        const was = environments[subject] ?? [];
        environments[subject] = sent.environments ?? [];
        return was
          .filter(type => !sent.environments?.includes(type))
          .map(type => `disable ${subject} ${type}`);
      }
      if (kind === "certificate.create") return ["upload"];
      return [`${kind.split(".")[1]?.replace("deploy", "redeploy")} ${subject}`];
    });
}

interface Before {
  variables: Record<string, string>;
  environments: Record<string, string[]>;
}

export function beforeOf(emulator: Emulator): Before {
  return {
    variables: Object.fromEntries(
      emulator
        .deployments()
        .flatMap(({ branch }) =>
          Object.entries(emulator.variables(branch)).map(([name, value]) => [`${branch}/${name}`, value]),
        ),
    ),
    environments: Object.fromEntries(
      emulator.certificates().map(({ name, environments }) => [name, environments]),
    ),
  };
}

export function wordsOf(step: RotationStep): string {
  switch (step.action) {
    case "upload":
      return "upload";
    case "setVariable":
      return `setVariable ${step.branch}`;
    case "disable":
      return `disable ${step.certificate} ${step.environmentType}`;
    case "redeploy":
      return `redeploy ${step.deployment}`;
    case "delete":
      return `delete ${step.certificate}`;
  }
}

/** The run did what was certain, and nothing that was not foreseen. */
export function assertForeseen(next: readonly RotationStep[], done: readonly string[]): void {
  const certain = next.filter(({ isCertain }) => isCertain).map(wordsOf);
  assert.deepEqual(
    certain.filter(step => !done.includes(step)),
    [],
    "foreseen, and not done",
  );
  assert.deepEqual(
    done.filter(step => !next.map(wordsOf).includes(step)),
    [],
    "done, and not foreseen",
  );
}

/** The branches in few words: what each names, and what its deployment has. */
export function inShort({ branches, newCertificate, oldCertificates }: Rotation): string {
  const word = (name: string) =>
    name === newCertificate.name ? "new" : oldCertificates.length === 1 ? "old" : "one of the old";
  return branches
    .map(({ branch, variables, holds }) => {
      const named = variables.map(({ certificate }) => word(certificate)).join();
      const held = holds.map(({ certificate, isCertain }) => word(certificate) + (isCertain ? "" : "?"));
      return `${branch} ${named}/${held.join("+")}`;
    })
    .join("  ");
}
