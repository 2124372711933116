import { Lifecycle, lifecycles } from "../../lifecycle";
import { mtlsBinding } from "../../resources/mtlsBinding/lifecycle";

/** What Terraform is served: its configurations know no components, so the binding is a resource like the others. */
export const served: readonly Lifecycle[] = [new Lifecycle(mtlsBinding), ...Object.values(lifecycles)];
