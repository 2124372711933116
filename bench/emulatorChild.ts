/** The emulator, in the process that emulator.ts starts. */
import { type Emulator, type EmulatorOptions, startEmulator } from "../emulator";
import { serve } from "./child";

let emulator: Emulator;
let stopLatency: () => void = () => undefined;

serve({
  async start(options: EmulatorOptions) {
    emulator = await startEmulator(options);
    const { apiUrl, apiKey, account, project } = emulator;
    return { apiUrl, apiKey, account, project };
  },
  latency(ms: number) {
    stopLatency();
    // Whatever is asked is done at once, and the answer takes its time: as far away as Zuplo is.
    stopLatency = emulator.onCall(() => ({ when: "after", delayMs: ms }));
  },
  issue: (count: number) => Promise.all(Array.from({ length: count }, () => emulator.authority.issue())),
  takeTrace() {
    const entries = [...emulator.trace];
    emulator.clearTrace();
    return entries;
  },
  deployments: (project: string | null) => emulator.deployments(project ?? undefined),
  certificates: (project: string | null) => emulator.certificates(project ?? undefined),
});
