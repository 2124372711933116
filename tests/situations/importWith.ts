import type { Emulator } from "../../emulator";
import { ResourceHandler } from "../../provider/adapters/plugin/resourceHandler";
import { lifecycles } from "../../provider/lifecycle";
import type { RawInputs } from "../../provider/resources/resource";
import { contextOf } from "../support/core";

const nothing = { values: {}, secrets: [] };
const handlers = {
  MtlsCertificate: new ResourceHandler(lifecycles.MtlsCertificate),
  Redeployment: new ResourceHandler(lifecycles.Redeployment),
};

/** `pulumi import` with an API key of the emulator; and, with what it gave, the refresh after it. */
export function importWith(
  emulator: Emulator,
  key: string,
  type: keyof typeof handlers,
  id: string,
  known: { state: RawInputs; inputs: RawInputs } = { state: {}, inputs: {} },
) {
  const context = contextOf(emulator, { env: { ZUPLO_API_KEY: key } });
  const [state, inputs] = [known.state, known.inputs].map(values => ({ ...nothing, values }));
  return handlers[type].read(context, id, state ?? nothing, inputs ?? nothing);
}
