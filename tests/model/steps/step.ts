import type { EnvironmentType } from "../../../emulator/state/model";
import type { ComponentSpec, OnDelete, Verification } from "../program/spec";

/** What goes wrong with a call, once or to the end. */
export type Fault = "429" | "500" | "500 applied" | "lost" | "unsent" | "hang" | "late";

/** Who is killed: the engine alone, the provider's host alone, or both; or Ctrl-C. */
export type Kill = "engine" | "host" | "both" | "cancel";

/** What other people do. Numbers choose among what there is. */
export type Outside =
  | { act: "push"; branch: number }
  | { act: "open pull request"; number: number }
  | { act: "copy"; branch: number }
  | { act: "disable"; certificate: number; type: EnvironmentType | "all" }
  | { act: "enable"; certificate: number; type: EnvironmentType }
  | { act: "delete certificate"; certificate: number }
  | { act: "set variable"; branch: number; variable: number; certificate: number }
  | { act: "delete deployment"; branch: number }
  | { act: "lose access"; status: 401 | 403 | 404; all: boolean }
  | { act: "restore access" }
  | { act: "variables"; reading: "open" | "masked" | 403 | 404 | 429 };

export interface Disturbance {
  /** The call of the run at which it happens: the how-manieth call, write or redeploy, from 0. */
  at: number;
  of: "call" | "write" | "deploy";
  moment: "before" | "after";
  /** So many milliseconds later, while the run goes on: not for what happens to the call itself. */
  later?: number;
  what:
    | { type: "fault"; fault: Fault; isLasting: boolean }
    | {
        type: "kill";
        kill: Kill /** Of a call that is under way: applied so many seconds later. */;
        strays?: number;
      }
    | { type: "build"; fate: "fail" | "hang" | "keep" }
    | { type: "outside"; outside: Outside };
}

export interface RunSettings {
  skipPreview?: boolean;
  refresh?: boolean;
  continueOnError?: boolean;
  /** `ZUPLO_PROJECT=other`. */
  otherProject?: boolean;
  disturbances: Disturbance[];
  /** One more `up`, without edits. */
  again: "no" | "at once" | "later";
}

export type Edit =
  | { edit: "pem"; component: number; certificate: number; pem: number }
  | { edit: "add"; component: ComponentSpec }
  | { edit: "remove"; component: number }
  | { edit: "bring back" }
  | { edit: "rename"; component: number; name: number }
  | { edit: "add branch"; component: number; branch: number; stage: number }
  | { edit: "remove branch"; component: number; branch: number }
  | { edit: "reverse stages"; component: number }
  | { edit: "environments"; component: number; environments: EnvironmentType[] | undefined }
  | { edit: "onDelete"; component: number; onDelete: OnDelete | undefined }
  | { edit: "verify"; component: number; verify: Verification }
  | { edit: "trigger"; component: number }
  | { edit: "variable"; component: number; variable: number }
  | { edit: "switch"; component: number; branch: number; certificate: number }
  | { edit: "fixed name"; component: number; name: number | undefined }
  | { edit: "project"; component: number; project: number | undefined }
  | { edit: "state delete"; resource: number };

export type Step =
  | { do: "up" | "refresh" | "destroy"; stack: number; run: RunSettings }
  | { do: "both"; stacks: [number, number]; operations: ["up" | "destroy", "up" | "destroy"]; offset: number }
  | { do: "edit"; stack: number; edit: Edit }
  | { do: "edit and up"; stack: number; edit: Edit; run: RunSettings }
  | { do: "outside"; outside: Outside }
  | { do: "wait"; minutes: number };
