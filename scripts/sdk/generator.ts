import { join } from "node:path";
import type { World } from "../engine/find";
import { findGoProgram } from "../goProgram";

/** The program that writes the package of a language from a schema: Pulumi's own generators. */
export function findGenerator(world: World): Promise<string> {
  return findGoProgram("generate-sdk", join(__dirname, "generate"), world);
}
