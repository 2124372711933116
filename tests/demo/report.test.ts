import assert from "node:assert/strict";
import { marks } from "../../cli/report/lane";
import { spread } from "../../cli/report/marks";
import { tag } from "../../cli/report/markup";
import { createScale } from "../../cli/report/scale";
import { pictureOf } from "../../scripts/demo/picture";
import { reportOf } from "../../scripts/demo/report";
import { heldSpans, servingSpans } from "../../scripts/demo/spans";
import { demonstration, zero } from "./fixture";

describe("the report", () => {
  it("needs nothing but itself", () => {
    const html = reportOf(demonstration);
    assert.doesNotMatch(html, /<(script|link|img|iframe)|@import|url\(|(src|href)=/);
    assert.match(html, /prefers-color-scheme: dark/);
  });

  it("shows each environment, each step of the trace and the figures", () => {
    const html = reportOf(demonstration);
    for (const text of ["main", "CERT = next", "of 1\u202f234\u202f567", "expected 5 = 1 + 1 + 1×1 + 1 + 1"])
      assert.ok(html.includes(text), text);
    assert.equal(html.match(/<tr/g)?.length, demonstration.trace.length + 1);
  });

  it("escapes what it did not write", () => {
    const [environment] = demonstration.environments;
    assert.ok(environment);
    const hostile = { ...environment, branch: `<i>"&` };
    const html = reportOf({ ...demonstration, environments: [hostile] });
    assert.ok(!html.includes("<i>"));
    assert.ok(html.includes("&lt;i&gt;&quot;&amp;"));
  });

  it("marks what is not as it should be", () => {
    const bad = { ...demonstration.figures, failed: 3 };
    assert.match(reportOf({ ...demonstration, figures: bad }), /class="bad"><dt>Failed requests/);
    assert.doesNotMatch(reportOf(demonstration), /class="bad"/);
  });

  it("is drawn where nothing happened", () => {
    const empty = { ...demonstration, trace: [], certificates: [], phases: [], environments: [] };
    assert.doesNotMatch(reportOf(empty), /NaN|Infinity|undefined/);
  });
});

describe("the picture", () => {
  it("is the chart in a file of its own, light and dark, without what only a pointer finds", () => {
    const svg = pictureOf(demonstration);
    assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+(\.\d)?"/);
    assert.equal(svg.match(/<svg/g)?.length, 1);
    assert.match(svg, /^<svg [^>]*><title id="chart-title">/);
    assert.equal(svg.match(/class="lane"/g)?.length, demonstration.environments.length);
    assert.match(svg, /prefers-color-scheme: dark/);
    assert.doesNotMatch(svg, /<title>|<script|href=|url\(|NaN|undefined/);
    assert.match(svg, /certificate deleted/);
  });
});

describe("the chart's data", () => {
  const end = zero + 4000;

  it("has the certificates of an environment one after the other, from the first that served", () => {
    const [environment] = demonstration.environments;
    assert.ok(environment);
    assert.deepEqual(servingSpans(environment, "CERT", end), [
      { from: zero - 4000, to: zero + 2300, certificate: "first" },
      { from: zero + 2300, to: end, certificate: "next" },
    ]);
  });

  it("has what each certificate was enabled for, until it was deleted", () => {
    assert.deepEqual(heldSpans(demonstration, zero - 2000, end), [
      [
        { certificate: "first", from: zero - 2000, to: zero + 1200, environments: ["production"] },
        { certificate: "first", from: zero + 1200, to: zero + 3000, environments: [] },
      ],
      [{ certificate: "next", from: zero + 1000, to: end, environments: ["production"] }],
    ]);
  });

  it("counts seconds from the beginning of the rotation, at most 20 or so of them", () => {
    const scale = createScale({ from: zero - 2500, to: zero + 1000, zero }, { left: 0, right: 350 });
    assert.deepEqual(scale.ticks, [
      { x: 50, text: "−2" },
      { x: 150, text: "−1" },
      { x: 250, text: "0" },
      { x: 350, text: "1" },
    ]);
    assert.equal(scale.x(zero + 99_000), 350);
    const long = createScale({ from: zero, to: zero + 100_000, zero }, { left: 0, right: 350 });
    assert.equal(long.ticks.length, 21);
    for (const days of [0.1, 3, 90, 365]) {
      const longer = createScale({ from: zero, to: zero + days * 86_400_000, zero }, { left: 0, right: 350 });
      assert.ok(longer.ticks.length > 3 && longer.ticks.length <= 21, `${days} days`);
    }
  });

  it("moves signs apart that would overlap, and leaves the others", () => {
    assert.deepEqual(spread([10, 12, 80], 15), [10, 25, 80]);
  });

  it("has a line from each sign to its instant", () => {
    const scale = createScale({ from: zero, to: zero + 1000, zero }, { left: 0, right: 1000 });
    const step = { at: zero + 500, kind: "upload" as const, branch: "", text: "a", call: "", status: 201 };
    assert.match(marks([step], scale, 9, 22), /M500\.0 16L500\.0 22/);
  });

  it("is markup with its attributes escaped", () => {
    assert.equal(tag("a", { b: `"<`, c: 1.23456, d: undefined }, "x"), '<a b="&quot;&lt;" c="1.2">x</a>');
  });
});
