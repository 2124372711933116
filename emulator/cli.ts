/** The command line of an emulator that runs on its own: what was asked for, and what a person is told. */
import { parseArgs } from "node:util";
import type { BranchOption, Emulator, EmulatorOptions } from "./index";
import { settingsOf } from "./settings";
import { environmentTypes } from "./state/model";

export const HELP = `A local Zuplo: developer API, gateway and an mTLS backend.

Usage: npm run emulator -- [options]

  --port N               port of the developer API (default: a free one)
  --gateway-port N       port of the gateway (default: a free one)
  --deploy-ms N          how long a redeploy takes (default: 250)
  --state FILE           keep everything in FILE (mode 0600) between runs
  --account NAME         default: acme
  --project NAME         repeatable; default: gateway
  --branch NAME[:TYPE]   repeatable; TYPE is development, preview or production;
                         default: main (production) and staging (preview)
  --variable NAME        the variable that names the certificate of a request to a deployment
                         (default: BACKEND_MTLS_CERT); any other one: <url>/via/<VARIABLE>/…
  --api-key KEY          default: zpka_emulator
  --pki DIR              write the backend's CA and a first client certificate with its key to DIR
                         (mode 0600), or take up the CA that is there
  --faults FILE          calls that go wrong: a JSON list of rules such as
                         {"method": "POST", "path": "/deploy$", "occurrence": 2, "status": 503};
                         also "every" as occurrence, and headers, body, delayMs, destroy, when
  --json                 print one line of JSON instead of text
  --help                 this text

It listens on 127.0.0.1 only. Ctrl-C stops it.
`;

export interface CliOptions {
  help: boolean;
  json: boolean;
  /** A folder. */
  pki: string | undefined;
  /** A file of fault rules. */
  faults: string | undefined;
  emulator: EmulatorOptions;
}

/** Throws an Error fit for the user where the arguments make no sense. */
export function parseCli(args: string[]): CliOptions {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string" },
      "gateway-port": { type: "string" },
      "deploy-ms": { type: "string" },
      state: { type: "string" },
      account: { type: "string" },
      project: { type: "string", multiple: true },
      branch: { type: "string", multiple: true },
      variable: { type: "string" },
      "api-key": { type: "string" },
      pki: { type: "string" },
      faults: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return {
    help: values.help,
    json: values.json,
    pki: values.pki,
    faults: values.faults,
    emulator: {
      port: wholeNumber("--port", values.port),
      gatewayPort: wholeNumber("--gateway-port", values["gateway-port"]),
      deployMs: wholeNumber("--deploy-ms", values["deploy-ms"]),
      stateFile: values.state,
      account: values.account,
      projects: values.project,
      branches: values.branch?.map(parseBranch),
      defaultVariable: values.variable,
      apiKey: values["api-key"],
    },
  };
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,7}$/.test(text)) throw new Error(`${option} takes a whole number, not '${text}'`);
  return Number(text);
}

function parseBranch(text: string): BranchOption {
  const [name = "", type] = text.split(":");
  if (!name) throw new Error("--branch takes NAME or NAME:TYPE");
  if (type === undefined) return { name };
  const environmentType = environmentTypes.find(known => known === type);
  if (!environmentType) {
    throw new Error(`--branch ${text}: '${type}' is none of ${environmentTypes.join(", ")}`);
  }
  return { name, environmentType };
}

/** Paths of what `--pki` wrote. */
export interface PkiPaths {
  caCertificate: string;
  caKey: string;
  clientCertificate: string;
  clientKey: string;
}

export function describe(emulator: Emulator, pki: PkiPaths | undefined): string {
  const deployments = emulator.deployments();
  const first = deployments[0];
  const lines = [
    ...Object.entries(settingsOf(emulator)).map(([name, value]) => `export ${name}=${value}`),
    "",
    ...deployments.map(({ branch, environmentType, url }) => `# ${branch} (${environmentType}): ${url}`),
    `# backend: ${emulator.backend.url}`,
    ...(pki ? [`# client certificate: ${pki.clientCertificate}`, `# its key: ${pki.clientKey}`] : []),
    "",
    ...(first
      ? [`curl ${first.url}/hello   # answers once a certificate is bound and the variable names it`]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}

export function describeAsJson(emulator: Emulator, pki: PkiPaths | undefined): string {
  const { apiUrl, apiKey, account, project, gatewayUrl, backend } = emulator;
  const deployments = emulator
    .deployments()
    .map(({ name, branch, url, environmentType }) => ({ name, branch, url, environmentType }));
  return `${JSON.stringify({ apiUrl, apiKey, account, project, gatewayUrl, backendUrl: backend.url, deployments, pki })}\n`;
}
