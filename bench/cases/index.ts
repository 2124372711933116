import type { BenchCase } from "../bench";
import { pluginMemory, pluginStart } from "./plugin";
import { rotation } from "./rotation";
import { scaleDynamic, scaleNative } from "./scale";

export const cases: readonly BenchCase[] = [scaleNative, scaleDynamic, rotation, pluginStart, pluginMemory];
