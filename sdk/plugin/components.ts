import type { Components } from "../../provider/adapters/plugin/construct";

/** Loaded with the first component that is made, and @pulumi/pulumi with it. */
export const components: Components = {
  get MtlsBinding() {
    return (require("../native/mtlsBinding") as typeof import("../native/mtlsBinding")).MtlsBinding;
  },
};
