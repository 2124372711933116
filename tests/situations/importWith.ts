import type { Emulator } from "../../emulator";
import { ResourceHandler } from "../../provider/adapters/plugin/resourceHandler";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import type { RawInputs } from "../../provider/resources/resource";
import { contextOf } from "../support/core";

const nothing = { values: {}, secrets: [] };
const handlers = {
  MtlsCertificate: new ResourceHandler(mtlsCertificate),
  Redeployment: new ResourceHandler(redeployment),
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
