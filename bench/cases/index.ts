import type { BenchCase } from "../bench";
import { scaleDynamic, scaleNative } from "./scale";

export const cases: readonly BenchCase[] = [scaleNative, scaleDynamic];
