/** What can be chosen when an emulator is started. */
import type { Backend, ClientCertificate } from "./backend";
import type { Authority } from "./pki";
import type { EnvironmentType } from "./state/model";

export interface BranchOption {
  name: string;
  /** Default: main, master, production → production; development → development; all others → preview. */
  environmentType?: EnvironmentType;
}

export interface EmulatorOptions {
  /** Ports on 127.0.0.1; default 0: a free one. */
  port?: number;
  gatewayPort?: number;
  backendPort?: number;
  /** Default "zpka_emulator". */
  apiKey?: string;
  /** Default "acme". */
  account?: string;
  /** Default ["gateway"]; the first one is `Emulator.project`. */
  projects?: string[];
  /** Of every project. Default main (production) and staging (preview). */
  branches?: BranchOption[];
  /** How long a redeploy takes; default 250. */
  deployMs?: number;
  /** See builds.ts. */
  reads?: "start" | "end";
  /** See builds.ts. */
  showsBuilding?: boolean;
  /** The variable that names the certificate of a request whose path says nothing else; default BACKEND_MTLS_CERT. */
  defaultVariable?: string;
  /** Keeps everything in this file; what it holds is taken up again. */
  stateFile?: string;
  /** Default: one of its own. A given one is not stopped by the emulator. */
  backend?: Backend;
  /** Whether the backend that is started insists on a client certificate; default "required". */
  clientCertificate?: ClientCertificate;
  /** The CA of the backend that is started; default: the state file's, else a new one. */
  authority?: Authority;
}
