import assert from "node:assert/strict";
import { EngineCommands } from "../../scripts/engine/commands";

describe("what a command prints", () => {
  it("is kept line by line, though one stream speaks while a line of the other is not ended", async () => {
    // given dots of progress, as Pulumi prints them, with a line of its log between two of them
    const program = `
      const after = (ms, act) => setTimeout(act, ms);
      process.stdout.write("@ updating.");
      after(100, () => process.stderr.write('{"msg":"a line of the log"}\\n{"msg":'));
      after(200, () => process.stdout.write(".\\ndone"));
      after(300, () => process.stderr.write('"another"}\\n'));
    `;
    const shown: string[] = [];
    // when
    const commands = new EngineCommands(process.execPath, 30_000);
    const run = await commands.run(["-e", program], { env: {}, onOutput: text => shown.push(text) });
    // then
    const lines = ['{"msg":"a line of the log"}', "@ updating..", '{"msg":"another"}', "done"];
    assert.deepEqual(run.text.split("\n"), lines);
    assert.equal(run.stdout, "@ updating..\ndone");
    // and who watches sees each piece at once
    assert.equal(shown[0], "@ updating.");
  });
});
