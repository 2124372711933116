import type { DynamicAdapter } from "../../provider/adapters/dynamic";
import type { Lifecycle } from "../../provider/lifecycle";

type Loaded = typeof import("../../provider/adapters/dynamic");

/** An adapter as a dynamic host of its own has it: the module keeps one session for all that a host serves. */
export async function dynamicAdapter(
  lifecycle: Lifecycle,
  settings: Record<string, string> = {},
): Promise<DynamicAdapter> {
  const path = require.resolve("../../provider/adapters/dynamic");
  const before = require.cache[path];
  delete require.cache[path];
  const { DynamicAdapter } = require(path) as Loaded;
  if (before === undefined) delete require.cache[path];
  else require.cache[path] = before;
  const adapter = new DynamicAdapter(lifecycle);
  await adapter.configure({
    config: { get: (key: string) => settings[key], require: (key: string) => settings[key] ?? "" },
  } as Parameters<DynamicAdapter["configure"]>[0]);
  return adapter;
}
