import assert from "node:assert/strict";
import type { Target } from "./cell";
import { matrix, targetsOf } from "./matrix";
import { mishaps } from "./mishaps";
import { meetingsOf, pairs } from "./pairs";

const read = (kind: Target["kind"]) => ({ kind, method: "GET" });
const write = (kind: Target["kind"]) => ({ kind, method: "POST" });

const targets = targetsOf([
  write("certificate.create"),
  read("deployment.list"),
  read("deployment.get"),
  read("deployment.get"),
  write("deployment.deploy"),
  read("deployment.get"),
  write("certificate.delete"),
]);

describe("the cells of the chaos matrix", () => {
  it("of a rotation are each write with each mishap that fits it", () => {
    const cells = matrix("rotation", targets);
    for (const target of targets.filter(({ method }) => method !== "GET")) {
      const names = cells.filter(cell => cell.target === target).map(({ mishap }) => mishap.name);
      const fitting = mishaps.filter(mishap => mishap.fits(target)).map(({ name }) => name);
      assert.deepEqual(names, fitting);
    }
  });

  it("of a rotation share each mishap among reads of one kind between the same two writes", () => {
    const gets = matrix("rotation", targets).filter(({ target }) => target.kind === "deployment.get");
    const fitting = mishaps.filter(mishap => mishap.fits(read("deployment.get"))).length;
    assert.equal(gets.filter(({ row }) => row.join() === "2,3").length, fitting);
    assert.deepEqual(new Set(gets.map(({ target }) => target.call)), new Set([2, 3, 5]));
  });

  it("of a destroy kill each process at each kind of call", () => {
    const cells = matrix("destroy", targets);
    for (const kind of new Set(targets.map(target => target.kind))) {
      const kills = cells.filter(({ target }) => target.kind === kind).map(({ mishap }) => mishap.kills);
      for (const what of ["everything", "engine", "hosts"] as const) assert.ok(kills.includes(what), kind);
    }
  });

  it("of two mishaps let each of them meet each kind of call, over the seeds", () => {
    const count = 10;
    const expected = meetingsOf(targets).map(({ kind, mishap }) => `${kind} ${mishap.name}`);
    const met = new Set<string>();
    for (let seed = 0; seed * 2 * count < expected.length; seed += 1) {
      for (const { target, mishap, second } of pairs("rotation", targets, count, seed)) {
        met.add(`${target.kind} ${mishap.name}`).add(`${second?.kind} ${second?.mishap.name}`);
      }
    }
    assert.deepEqual([...met].sort(), [...new Set(expected)].sort());
  });

  it("of two mishaps strike the second time where a call of its kind is still to come", () => {
    for (const { target, second } of pairs("rotation", targets, 200, 3)) {
      const left = targets.filter(({ kind, call }) => kind === second?.kind && call > target.call);
      assert.ok(left.length > 0 || second?.kind === target.kind, `${target.call}, then ${second?.kind}`);
    }
  });

  it("are the same for the same seed", () => {
    assert.deepEqual(pairs("destroy", targets, 5, 1), pairs("destroy", targets, 5, 1));
    assert.notDeepEqual(pairs("destroy", targets, 5, 1), pairs("destroy", targets, 5, 2));
  });
});
