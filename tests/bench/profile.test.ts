import assert from "node:assert/strict";
import { partsOf } from "../../bench/profile";

describe("a CPU profile", () => {
  it("tells where the time went, by package, without idle time", () => {
    const frame = (functionName: string, url: string) => ({ functionName, url });
    const profile = {
      nodes: [
        { id: 1, callFrame: frame("send", "file:///x/node_modules/@grpc/grpc-js/build/a.js") },
        { id: 2, callFrame: frame("createPrivateKey", "node:internal/crypto/keys") },
        { id: 3, callFrame: frame("check", "file:///x/dist/provider/a.js") },
        { id: 4, callFrame: frame("(idle)", "") },
      ],
      samples: [1, 2, 3, 4, 2],
      timeDeltas: [1000, 2000, 500, 9000, 2000],
    };
    assert.deepEqual(partsOf(profile), [
      ["node:crypto", 4],
      ["@grpc/grpc-js", 1],
      ["this provider", 0.5],
    ]);
  });
});
