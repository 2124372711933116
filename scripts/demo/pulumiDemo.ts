import { resolve } from "node:path";
import type { DemoEngine, DemoOptions } from "./engine";
import { PulumiProject } from "./pulumi";
import { countsInStack } from "./state";

const example = resolve(__dirname, "../../examples/rotation");
const stack = "demo";

export function pulumiDemo(options: DemoOptions): DemoEngine {
  const project = new PulumiProject({ folder: example, ...options });
  return {
    home: project.home,
    plans: "pulumi preview",
    applies: "pulumi up",
    init: certs => project.init(stack, { certs }),
    plan: () => project.preview(stack),
    apply: quiet => project.up(stack, quiet),
    state: () => project.export(stack),
    countsOf: countsInStack,
    interrupt: () => project.interrupt(),
    remove: () => project.remove(),
  };
}
