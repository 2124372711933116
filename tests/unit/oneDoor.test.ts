import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");

describe("the calls that disable or delete a certificate", () => {
  for (const call of ["updateCertificate", "disableCertificate", "deleteCertificate"]) {
    it(`are made by rotation/safety.ts alone, which looks first: ${call}`, () => {
      const callers = ["provider", "cli"].flatMap(folder =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
          .map(file => join(folder, file))
          .filter(file => file.endsWith(".ts") && file !== join("provider", "zuplo", "client.ts"))
          .filter(file => new RegExp(`client\\.${call}\\(`).test(readFileSync(join(root, file), "utf8"))),
      );
      assert.deepEqual(callers, [join("provider", "rotation", "safety.ts")]);
    });
  }
});
