import type { BenchCase } from "../bench";
import { coreLoad, parse } from "./core";
import { counts } from "./counts";
import { cutover } from "./cutover";
import { executableStart } from "./executable";
import { gateway } from "./gateway";
import { latency } from "./latency";
import { pluginMemory, pluginStart } from "./plugin";
import { profile } from "./profile";
import { rotation } from "./rotation";
import { scaleDynamic, scaleNative } from "./scale";
import { stagedRotation } from "./stages";
import { terraformPlan } from "./terraform";
import { wrongOrder } from "./wrongOrder";

export const cases: readonly BenchCase[] = [
  scaleNative,
  scaleDynamic,
  latency,
  counts,
  stagedRotation,
  rotation,
  cutover,
  wrongOrder,
  gateway,
  pluginStart,
  pluginMemory,
  terraformPlan,
  executableStart,
  coreLoad,
  parse,
  profile,
];
