import type { Emulator } from "../../emulator";
import type { Course } from "./cell";
import { PulumiStack } from "./pulumiStack";
import type { ChaosStack } from "./stack";
import { TerraformStack } from "./terraformStack";

export const adapterNames = ["dynamic", "native", "terraform"] as const;
export type AdapterName = (typeof adapterNames)[number];

/** What can be played with each of them. */
export const coursesOf: Record<AdapterName, readonly Course[]> = {
  dynamic: ["rotation", "rotation of a group", "destroy"],
  native: ["rotation", "rotation of a group", "destroy", "destroy of parts"],
  terraform: ["rotation", "rotation of a group", "destroy"],
};

export function createStack(adapter: AdapterName, course: Course, emulator: Emulator): Promise<ChaosStack> {
  switch (adapter) {
    case "dynamic":
      return PulumiStack.dynamic(emulator, course);
    case "native":
      return PulumiStack.native(emulator, course);
    case "terraform":
      return TerraformStack.create(emulator, course);
  }
}

/** A copy of a stack's folder, state included, against another emulator. */
export function openStack(
  adapter: AdapterName,
  emulator: Emulator,
  from: string,
  env: Record<string, string>,
): Promise<ChaosStack> {
  return adapter === "terraform"
    ? TerraformStack.open(emulator, from, env)
    : PulumiStack.open(emulator, from, env);
}
