import { needsEngine } from "../support/terraform";
import { playSample } from "./sampled";

playSample("terraform", { rotation: 22, killedAlone: 4, destroy: 6, pairs: 4 }, needsEngine);
