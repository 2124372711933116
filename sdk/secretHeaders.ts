import pulumi = require("@pulumi/pulumi");

import type { RedeploymentArgs, Verify } from "./redeployment";

/** The arguments with the request headers of their verification as secrets, whatever the program says. */
export function withSecretHeaders(args: RedeploymentArgs): RedeploymentArgs {
  const { verify } = args;
  if (verify === undefined) return args;
  if (pulumi.Output.isInstance(verify) || verify instanceof Promise) {
    const settled: pulumi.Output<pulumi.Unwrap<Verify> | undefined> = pulumi.output(verify);
    // Of what is known only later, no part alone can be secret.
    const whole = settled.apply(known => (known?.headers === undefined ? known : pulumi.secret(known)));
    return { ...args, verify: whole as unknown as pulumi.Output<Verify> };
  }
  const { headers } = verify;
  return headers === undefined ? args : { ...args, verify: { ...verify, headers: pulumi.secret(headers) } };
}
