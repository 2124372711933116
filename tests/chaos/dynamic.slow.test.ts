import { playSample } from "./sampled";

// A run of a Node program takes twice the time of a YAML program's, and the core is the same.
playSample("dynamic", { rotation: 2, killedAlone: 3, group: 1, destroy: 2, pairs: 2 });
