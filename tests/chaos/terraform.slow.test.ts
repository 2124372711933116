import { needsEngine } from "../support/terraform";
import { playSample } from "./sampled";

playSample("terraform", { rotation: 16, killedAlone: 4, destroy: 5, pairs: 4 }, needsEngine);
