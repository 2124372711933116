import { playSample } from "./sampled";

playSample("native", { rotation: 12, killedAlone: 4, group: 4, destroy: 4, pairs: 3 });
