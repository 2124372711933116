import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import { toServiceError } from "./status";

/** Answers a call with what `work` returns, or with the status of what it throws. */
export function unary<Request, Response>(work: (request: Request) => Response | Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>): void => {
    Promise.resolve()
      .then(() => work(call.request))
      .then(
        response => answer(null, response),
        error => answer(toServiceError(error)),
      );
  };
}
