import { type Setting, settings } from "../settings";
import type { Properties } from "./spec";

/** The provider's settings: what `pulumi config set zuplo:…` takes, and the arguments of an explicit provider. */
export function configProperties(): Properties {
  return Object.fromEntries(
    Object.entries<Setting>(settings).map(([name, { doc, variable, secret }]) => [
      name,
      {
        type: "string" as const,
        description: doc,
        ...(secret === true ? { secret } : {}),
        defaultInfo: { environment: [variable] },
      },
    ]),
  );
}
