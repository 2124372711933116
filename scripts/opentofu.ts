import { findOpenTofu } from "./engine/opentofu";
import { printDirectory } from "./engine/print";

/** Finds OpenTofu or builds it, and prints the directory to put on PATH, and nothing else. */
void printDirectory(findOpenTofu);
