import { playSample } from "./sampled";

playSample("native", { rotation: 22, killedAlone: 4, destroy: 6, pairs: 4 });
