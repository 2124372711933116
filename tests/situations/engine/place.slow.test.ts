import assert from "node:assert/strict";
import { assertFailed, assertSucceeded } from "../../support/project";
import { names } from "../../support/rotation";
import { certificate, said, withEngine } from "./world";

const problem = { type: "about:blank", title: "Not Found", status: 404, detail: "There is no such thing." };

withEngine(
  "situation 6: a certificate is deleted where it was made, and not where it cannot be told that it is gone",
  ["staging", "main"],
  async world => {
    const { emulator, project } = world;
    const own = certificate("backend", await emulator.authority.issue());
    await world.up([own]);
    // when a key has lost its rights, and gets 404
    const restore = emulator.onCall(({ path }) =>
      path.includes("/projects/") ? { status: 404, body: problem } : undefined,
    );
    const lost = await project.destroy();
    restore();
    // then
    assertFailed(lost);
    assert.ok(said(lost).includes("ZUPLO1207"), lost.text);
    // when a proxy answers with a page
    const body = "<html><h1>Not found</h1></html>";
    const mend = emulator.onCall(({ kind }) =>
      kind.startsWith("certificate.")
        ? { status: 404, body, headers: { "content-type": "text/html" } }
        : undefined,
    );
    const page = await project.destroy();
    mend();
    assertFailed(page);
    assert.equal(names(emulator).length, 1);
    // when the settings name another project
    project.env.ZUPLO_PROJECT = "other";
    assertSucceeded(await project.destroy());
    // then
    assert.deepEqual(names(emulator), []);
  },
  { projects: ["gateway", "other"] },
);

withEngine(
  "situation 6: another project in the settings is a replacement",
  ["staging", "main"],
  async world => {
    const { emulator, project } = world;
    const own = certificate("backend", await emulator.authority.issue());
    await world.up([own]);
    project.env.ZUPLO_PROJECT = "other";
    const preview = await project.preview();
    assert.match(said(preview), /1 to replace/);
    await world.up([own]);
    assert.deepEqual(names(emulator), []);
    assert.equal(emulator.certificates("other").length, 1);
  },
  { projects: ["gateway", "other"] },
);
