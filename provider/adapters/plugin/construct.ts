import type * as proto from "@pulumi/pulumi/proto/provider_pb";
import { unimplemented } from "./status";

export async function construct(
  _request: proto.ConstructRequest,
  _engine: string | undefined,
): Promise<proto.ConstructResponse> {
  throw unimplemented("Construct");
}
