import { needsEngine } from "../support/terraform";
import { playSample } from "./sampled";

playSample("terraform", { rotation: 10, killedAlone: 4, group: 3, destroy: 4, pairs: 3 }, needsEngine);
