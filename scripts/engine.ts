import { findEngine } from "./engine/find";
import { printDirectory } from "./engine/print";

/**
 * Finds or gets the Pulumi engine, and prints the directory to put first on PATH, and nothing else: on PATH
 * already, in the cache, installed officially, or built with Go.
 */
void printDirectory(findEngine);
