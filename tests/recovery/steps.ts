import type { CallKind, Emulator, Fault } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";

/** A place in a rotation over staging and main at which it can fail. */
export interface Step {
  name: string;
  /** Makes the rotation to the certificate that it issues fail there. */
  prepare(emulator: Emulator): Promise<{ issued: Issued; mend(): void }>;
}

/** An answer that is final: nothing is retried. */
const refusal: Fault = { status: 403, body: { title: "Forbidden", detail: "not today" } };

/** Every step of the protocol that can fail by itself, in order. */
export const steps: readonly Step[] = [
  refused("the upload", "certificate.create"),
  refused("the variable of staging", "variable.update", "staging/"),
  refused("the disabling of the old certificate", "certificate.update"),
  refused("the call that redeploys staging", "deployment.deploy", "gateway-staging"),
  build("staging"),
  {
    name: "the verification of staging",
    async prepare(emulator) {
      const stranger = await createAuthority({ commonName: "Another CA" });
      const mend = () =>
        emulator.backend.setClientAuthorities([emulator.authority.certificate, stranger.certificate]);
      return { issued: await stranger.issue(), mend };
    },
  },
  refused("the variable of main", "variable.update", "main/"),
  build("main"),
  refused("the deletion of the old certificate", "certificate.delete"),
];

function refused(name: string, kind: CallKind, subject = ""): Step {
  return {
    name,
    async prepare(emulator) {
      const mend = emulator.onCall(call =>
        call.kind === kind && call.subject.startsWith(subject) ? refusal : undefined,
      );
      return { issued: await emulator.authority.issue(), mend };
    },
  };
}

function build(branch: string): Step {
  return {
    name: `the build of ${branch}`,
    async prepare(emulator) {
      emulator.failNextBuild(branch, "src/routes.ts: syntax error");
      return { issued: await emulator.authority.issue(), mend: () => undefined };
    },
  };
}
