/** What the tests of the emulator share: an emulator for each test, and a bare client of its API. */
import { type Emulator, type EmulatorOptions, startEmulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON, or {} where there is none. */
  body: Body;
}

/** Every field that some answer has; a test that reads one which is missing fails at its assertion. */
export interface Body {
  id: string;
  name: string;
  account: string;
  value: string;
  branch: string;
  certificateInfo: { subject: string; serialNumber: string; validTo: string };
  environments: Record<string, boolean>;
  createdOn: string;
  updatedOn: string;
  branchName: string;
  environmentType: string;
  state: string;
  message: string;
  url: string;
  type: string;
  title: string;
  status: number;
  detail: string;
  data: Body[];
  offset: number;
  limit: number;
  buildId: string;
  isProduction: boolean;
  fingerprint: string;
}

export interface Setup {
  emulator: Emulator;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** `call` below /v1/accounts/{account}/projects/{project}. */
  inProject(method: string, path: string, body?: unknown): Promise<Answer>;
  upload(name: string, issued: Issued, environments?: string[]): Promise<Answer>;
  /** Sets the default variable of the branch, new or not. */
  point(branch: string, certificate: string): Promise<void>;
  /** Redeploys through the API, and waits until the new build is served. */
  redeploy(branch: string): Promise<void>;
}

export async function setUp(options: EmulatorOptions = {}): Promise<Setup> {
  const emulator = await startEmulator({ deployMs: 20, ...options });

  const call: Setup["call"] = async (method, path, body, headers = {}) => {
    const response = await fetch(emulator.apiUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${emulator.apiKey}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: JSON.parse(text || "{}"),
    };
  };
  const inProject: Setup["inProject"] = (method, path, body) =>
    call(method, `/v1/accounts/${emulator.account}/projects/${emulator.project}${path}`, body);

  return {
    emulator,
    call,
    inProject,
    upload: (name, issued, environments = ["production", "preview"]) =>
      inProject("POST", "/mtls-certificates", {
        name,
        certificate: issued.chain,
        key: issued.privateKey,
        environments,
      }),
    async point(branch, certificate) {
      const path = `/branches/${encodeURIComponent(branch)}/variables`;
      const name = "BACKEND_MTLS_CERT";
      const updated = await inProject("PATCH", `${path}/${name}`, { value: certificate });
      if (updated.status === 404) {
        await inProject("POST", path, { name, isSecret: false, value: certificate });
      }
    },
    async redeploy(branch) {
      const { name, buildId } = emulator.deployment(branch);
      await call("POST", `/v1/deployments/${name}/deploy`);
      await until(() => emulator.deployment(branch).buildId !== buildId);
    },
  };
}

/** The body of an answer, whatever its status. */
export async function jsonOf(answer: Response | Promise<Response>): Promise<Body> {
  return (await answer).json() as Promise<Body>;
}

/** Polls every few milliseconds, for at most 5 s. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("the condition did not come true within 5 s");
    await sleep(5);
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

/** One emulator for each test of the suite, with one certificate issued by the backend's CA at hand. */
export function withEmulator(options: EmulatorOptions = {}): { current: Setup; issued: Issued } {
  const holder = {} as { current: Setup; issued: Issued };
  beforeEach(async () => {
    holder.current = await setUp(options);
    holder.issued = await holder.current.emulator.authority.issue({ commonName: "first" });
  });
  afterEach(() => holder.current.emulator.stop());
  return holder;
}
