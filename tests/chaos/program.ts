import type { Course } from "./cell";

/** How long a verification is tried, in seconds. */
const patience = 2;
/** A redeploy that never ends is given up after so many seconds. */
export const timeout = 3;
/** How many bindings there are where several share their redeploys. */
const groupSize = 5;

export interface Binding {
  /** Of its resource. */
  name: string;
  variable: string;
  stages: { branches: string[]; verify: { path: string; timeout: number } }[];
}

export const variable = "BACKEND_MTLS_CERT";

/** The bindings of the program that a course is played with. */
export function bindingsOf(course: Course): [Binding, ...Binding[]] {
  const one = binding("backend", variable, "/health");
  if (course !== "rotation of a group") return [one];
  const others = Array.from({ length: groupSize - 1 }, (_, index) => {
    const name = `PARTNER_${index + 1}_MTLS_CERT`;
    return binding(`partner-${index + 1}`, name, `/via/${name}/health`);
  });
  return [one, ...others];
}

function binding(name: string, variable: string, path: string): Binding {
  const verify = { path, timeout: patience };
  const stages = [
    { branches: ["staging", "canary"], verify },
    { branches: ["main"], verify },
  ];
  return { name, variable, stages };
}
