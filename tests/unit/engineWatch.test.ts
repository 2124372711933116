import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const module = join(__dirname, "../../provider/adapters/engineWatch.ts");

/** A host as Pulumi's own: it reports what nobody has caught, and its work goes on to write. */
const host = `
const { endWithEngine } = require(${JSON.stringify(module)});
process.on("uncaughtException", error => console.error(error));
endWithEngine({ isAlive: async () => true });
setInterval(() => console.error("working"), 50);
`;

describe("a host whose engine is gone", () => {
  for (const gone of ["stderr", "stdout"] as const) {
    it(`ends with the first word that nobody reads (${gone}), instead of reporting that for ever`, async () => {
      const script =
        gone === "stdout" ? host.replace('console.error("working")', 'console.log("working")') : host;
      const child = spawn(process.execPath, ["--require", "tsx/cjs", "-e", script], {
        cwd: join(__dirname, "../.."),
      });
      try {
        await once(child[gone], "data");
        child[gone].destroy();
        const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
        const [code, signal] = await once(child, "close");
        clearTimeout(late);
        assert.deepEqual([code, signal], [1, null]);
      } finally {
        child.kill("SIGKILL");
      }
    });
  }
});
