import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(__dirname, "../..");

/** The dependencies that are loaded with a module of the build, in a process of its own. */
async function loadedWith(module: string): Promise<string[]> {
  const program = `
    require(${JSON.stringify(join(root, "dist", "provider", "adapters", module))});
    const names = Object.keys(require.cache).map(file => /.*node_modules.((?:@[^/\\\\]+.)?[^/\\\\]+)/.exec(file)?.[1]);
    console.log(JSON.stringify([...new Set(names)].filter(Boolean)));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", program]);
  return JSON.parse(stdout) as string[];
}

describe("what the plugin loads", () => {
  it("is gRPC and Pulumi's messages before it prints its port, for which the engine waits", async () => {
    const loaded = await loadedWith("plugin.js");
    const expected = ["@grpc/grpc-js", "@js-sdsl/ordered-map", "@pulumi/pulumi", "google-protobuf"];
    assert.deepEqual(loaded.sort(), expected);
  });

  it("is neither the HTTP client nor @peculiar/x509 with the provider: an up without a call needs none", async () => {
    const loaded = await loadedWith("plugin/service.js");
    assert.ok(loaded.includes("zod"));
    assert.deepEqual(
      loaded.filter(name => /axios|x509|asn1/.test(name)),
      [],
    );
  });
});
