import { playSample } from "./sampled";

playSample("native", 54);
