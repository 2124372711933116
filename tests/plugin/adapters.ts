/** The two adapters of Pulumi, which have to do the same. */
import type { Emulator } from "../../emulator";
import { usePlugin } from "../support/plugin";
import { TestProject } from "../support/project";

interface Adapter {
  name: string;
  program: string;
  isNative: boolean;
}

export const adapters: Adapter[] = [
  { name: "the dynamic adapter", program: "any.js", isNative: false },
  { name: "the native plugin", program: "anyNative.js", isNative: true },
];

/** A project of one program, run by either adapter. */
export async function createProject(
  emulator: Emulator,
  program: string,
  isNative: boolean,
): Promise<TestProject> {
  const project = await TestProject.create(emulator, program);
  if (isNative) await usePlugin(project);
  return project;
}
