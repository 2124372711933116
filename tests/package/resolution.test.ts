import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packInto } from "../../scripts/package/pack";
import { makeConsumer, problemsOf } from "../../scripts/package/resolution";

describe("the types of the packed package", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-types-"));
    await makeConsumer(folder, (await packInto(folder)).tarball);
  });
  after(() => rm(folder, { recursive: true }));

  it("are found by a program, each entry's", () => {
    assert.deepEqual(problemsOf(folder, "node16"), []);
  });

  it("are missed where they are not there", async () => {
    // given
    await rm(join(folder, "node_modules/pulumi-zuplo/dist/provider/index.d.ts"));
    // then
    assert.match(problemsOf(folder, "node16").join("\n"), /pulumi-zuplo\/provider/);
  });
});
