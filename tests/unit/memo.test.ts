import assert from "node:assert/strict";
import { Memo } from "../../provider/certificates/memo";

describe("results that are asked for again", () => {
  it("are the last ones up to the limit", () => {
    const memo = new Memo<number>(2);
    memo.set("a", 1);
    memo.set("b", 2);
    memo.set("c", 3);
    assert.deepEqual([memo.get("a"), memo.get("b"), memo.get("c")], [undefined, 2, 3]);
  });
});
