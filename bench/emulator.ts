/** An emulator in a process of its own. */
import { join } from "node:path";
import type {
  ApiCall,
  CertificateSummary,
  DeploymentSummary,
  EmulatorOptions,
  TraceEntry,
} from "../emulator";
import type { Issued } from "../emulator/pki";
import { Child } from "./child";

export interface Target {
  apiUrl: string;
  apiKey: string;
  account: string;
  project: string;
}

export class EmulatorProcess {
  private constructor(
    private readonly child: Child,
    readonly target: Target,
  ) {}

  static async start(options: EmulatorOptions = {}): Promise<EmulatorProcess> {
    const child = Child.start(join(__dirname, "emulatorChild.ts"));
    return new EmulatorProcess(child, await child.call<Target>("start", options));
  }

  stop(): Promise<void> {
    return this.child.stop();
  }

  /** From now on, every answer comes so late, in milliseconds. */
  latency(ms: number): Promise<void> {
    return this.child.call("latency", ms);
  }

  /** Client certificates that the emulator's backend accepts. */
  issue(count: number): Promise<Issued[]> {
    return this.child.call("issue", count);
  }

  /** What happened since the last time. */
  takeTrace(): Promise<TraceEntry[]> {
    return this.child.call("takeTrace");
  }

  /** Of the first project, or of the one that is named. */
  deployments(project: string | null = null): Promise<DeploymentSummary[]> {
    return this.child.call("deployments", project);
  }

  certificates(project: string | null = null): Promise<CertificateSummary[]> {
    return this.child.call("certificates", project);
  }
}

export function callsOf(entries: readonly TraceEntry[], kind?: ApiCall["kind"]): ApiCall[] {
  return entries.filter(
    (entry): entry is ApiCall => entry.type === "call" && (kind === undefined || entry.kind === kind),
  );
}
