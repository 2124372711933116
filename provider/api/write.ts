import { z } from "zod";
import type { EnvironmentType } from "./responses";

/** What a write is about, as far as everybody may know it. */
export type Subject =
  | {
      step: "certificate.create" | "certificate.update" | "certificate.delete";
      certificate: { name: string; id?: string };
      environments?: EnvironmentType[];
    }
  | {
      step: "variable.create" | "variable.update";
      variable: { branch: string; name: string };
      /** Missing where it is a secret. */
      value?: string;
    }
  | { step: "deployment.redeploy"; deployment: string }
  | {
      step: "caCertificate.create" | "caCertificate.update" | "caCertificate.delete";
      caCertificate: { name: string; id?: string };
    };

/** A write at Zuplo, and what came of it. */
export type Write = Subject & {
  /** HTTP status of the answer; missing where there was none. */
  status?: number;
  /** Time until the answer, repeats included, in milliseconds. */
  ms: number;
  /** The id that Zuplo has given. */
  id?: string;
  /** What was wrong. */
  problem?: string;
};

/** Told of every write when its answer is there, or will never be. */
export type OnWrite = (write: Write) => void;

const withId = z.object({ id: z.string() });

/** The id that an answer gives, as a property. */
export function idIn(answer: unknown): { id?: string } {
  const told = withId.safeParse(answer).data;
  return told === undefined ? {} : { id: told.id };
}
