/** A load on the gateway, in the process that load.ts starts. */
import { type Load, type LoadOptions, startLoad } from "../emulator/load";
import { serve } from "./child";

let load: Load;

serve({
  start(options: LoadOptions) {
    load = startLoad(options);
  },
  stop: () => load.stop(),
});
