import type pulumi = require("@pulumi/pulumi");

import { coded } from "../provider/text/codes";

/** A certificate that is deleted before its replacement exists leaves every deployment without one. */
export function refuseDeleteBeforeReplace(
  name: string,
  opts: pulumi.CustomResourceOptions | undefined,
): void {
  if (opts?.deleteBeforeReplace !== true) return;
  throw new Error(
    coded(
      "ZUPLO1103",
      `MtlsCertificate '${name}': deleteBeforeReplace would delete the certificate in use before the new one exists. Remove it.`,
    ),
  );
}
