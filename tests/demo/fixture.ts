import type { ApiCall, BuildEvent, TraceEntry } from "../../emulator";
import type { Demonstration, Figures } from "../../scripts/demo/record";

/** Milliseconds since the epoch: when the rotation of the fixture begins. */
export const zero = 1_700_000_000_000;

export const figures: Figures = {
  requests: 1234567,
  failed: 0,
  shed: 0,
  ratePerSecond: 400,
  p50: 1,
  p99: 7.5,
  rotationMs: 4000,
  certificates: 1,
  variables: 1,
  environmentTypes: 1,
  deployments: 1,
  redeploys: 1,
  writes: 5,
  expectedWrites: 5,
  secondWrites: 0,
  certificatesLeft: 1,
  violations: 0,
  hazards: 0,
  secretsInState: 0,
};

export function call(
  after: number,
  kind: ApiCall["kind"],
  subject: string,
  rest: Partial<ApiCall> = {},
): ApiCall {
  const { method = "PATCH", path = "/v1/accounts/acme/projects/gateway/x" } = rest;
  return {
    type: "call",
    seq: 0,
    at: zero + after,
    kind,
    method,
    path,
    subject,
    status: 200,
    applied: true,
    ...rest,
  };
}

export function event(after: number, rest: Partial<BuildEvent> = {}): BuildEvent {
  return {
    type: "event",
    seq: 0,
    at: zero + after,
    kind: "build.served",
    subject: "gateway-main",
    branch: "main",
    buildId: "b",
    certificates: ["next"],
    message: "",
    ...rest,
  };
}

/** A rotation of one certificate in one environment. */
export const trace: TraceEntry[] = [
  call(1000, "certificate.create", "next", { method: "POST", body: { environments: ["production"] } }),
  call(1100, "variable.update", "main/CERT", { body: { value: "next" } }),
  call(1150, "certificate.list", "", { method: "GET" }),
  call(1200, "certificate.update", "first", { body: { environments: [] } }),
  call(1300, "deployment.deploy", "gateway-main", { method: "POST" }),
  event(2300),
  call(3000, "certificate.delete", "first", { method: "DELETE", status: 204 }),
];

export const demonstration: Demonstration = {
  variable: "CERT",
  phases: [
    { name: "plan", title: "pulumi preview", from: zero - 2000, to: zero },
    { name: "rotation", title: "pulumi up: the rotation", from: zero, to: zero + 4000 },
  ],
  certificates: [{ name: "first", environments: ["production"] }],
  environments: [
    {
      deployment: "gateway-main",
      branch: "main",
      environmentType: "production",
      url: "http://127.0.0.1:1/gateway-main",
      intervals: [
        { at: zero + 2200, ok: 10, failed: 0, certificates: { first: 10 } },
        { at: zero + 2300, ok: 7, failed: 3, certificates: { first: 4, next: 6 } },
      ],
      served: [
        { at: zero - 5000, buildId: "a", certificates: {} },
        { at: zero - 4000, buildId: "b", certificates: { CERT: "first" } },
        { at: zero + 2300, buildId: "c", certificates: { CERT: "next" } },
      ],
    },
  ],
  trace,
  figures,
};
