import assert from "node:assert/strict";
import { interleave } from "../../bench/interleave";
import { parseOptions } from "../../bench/options";
import { picture } from "../../bench/picture";
import { type Row, verdictOf } from "../../bench/row";
import { cpuOf } from "../../bench/stack";
import { exponent, ratios, summarise } from "../../bench/statistics";
import { table } from "../../bench/table";
import { between } from "../../scripts/document";

const row = (result: number[], target: Row["target"]): Row => ({
  what: "create, N = 1",
  against: "no-op",
  unit: "ms",
  ours: summarise([1200]),
  theirs: summarise([1000]),
  result: summarise(result),
  resultUnit: "×",
  ...(target === undefined ? {} : { target }),
});

describe("the report of a bench", () => {
  it("takes the median and shows the extremes", () => {
    assert.deepEqual(summarise([3, 1, 2]), { median: 2, min: 1, max: 3, count: 3 });
    assert.equal(summarise([4, 1, 2, 3]).median, 2.5);
    assert.throws(() => summarise([]), /nothing was measured/);
  });

  it("compares each repetition with its own counterpart", () => {
    assert.deepEqual(ratios([2, 20], [1, 10]), { median: 2, min: 2, max: 2, count: 2 });
    assert.throws(() => ratios([1], [1, 2]), /equally often/);
  });

  it("knows linear growth from quadratic", () => {
    assert.equal(exponent({ size: 100, cost: 5 }, { size: 1000, cost: 50 }), 1);
    assert.equal(exponent({ size: 100, cost: 5 }, { size: 1000, cost: 500 }), 2);
  });

  it("measures the sides in turn, the other way round every other time", async () => {
    const order: string[] = [];
    const measured = await interleave(["a", "b"] as const, 3, async (side, repetition) => {
      order.push(side);
      return repetition;
    });
    assert.equal(order.join(""), "abbaab");
    assert.deepEqual(measured, { a: [0, 1, 2], b: [0, 1, 2] });
  });

  it("judges by the median, and a count by every time", () => {
    assert.equal(verdictOf(row([1, 1.1, 9], { kind: "at most", value: 1.1 })), "met");
    assert.equal(verdictOf(row([1.2], { kind: "at most", value: 1.1 })), "MISSED");
    assert.equal(verdictOf(row([6.5], { kind: "at least", value: 6 })), "met");
    assert.equal(verdictOf(row([5.9], { kind: "at least", value: 6 })), "MISSED");
    assert.equal(verdictOf(row([0, 0, 1], { kind: "equal", value: 0 })), "MISSED");
    assert.equal(verdictOf(row([1], undefined)), "shown");
  });

  it("is a picture of the rows that have a headline, each with its own scale and its ratio", () => {
    const ours = row([1.2], undefined);
    const svg = picture([
      ours,
      { ...ours, headline: "A rotation <over> one deployment" },
      {
        ...ours,
        headline: "Failed requests",
        ours: summarise([0]),
        theirs: summarise([7]),
        unit: "requests",
      },
    ]);
    assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.match(svg, />A rotation &lt;over&gt; one deployment {2}1\.20 ×</);
    assert.match(svg, />1,200 ms ours</);
    assert.match(svg, />1,000 ms no-op</);
    assert.match(svg, />0 requests ours</);
    assert.equal(svg.match(/ours</g)?.length, 2);
    const widths = [...svg.matchAll(/<rect x="24" y="[\d.]+" width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    assert.deepEqual(widths, [440, 366.7, 2, 440]);
  });

  it("is a Markdown table", () => {
    const [, , line = ""] = table([row([1.1, 1.2, 1.3], { kind: "at most", value: 1.1 })]).split("\n");
    const cells = line.split("|").map(cell => cell.trim());
    assert.deepEqual(cells.slice(1, -1), [
      "create, N = 1",
      "1,200 ms",
      "no-op",
      "1,000 ms",
      "1.20 × (1.10–1.30)",
      "≤ 1.1 ×",
      "MISSED",
    ]);
  });

  it("goes between the markers of a document, and leaves the rest", () => {
    const markers = { begin: "<!-- begin -->", end: "<!-- end -->" };
    const { begin, end } = markers;
    const document = `before\n${begin}\nold\n${end}\nafter\n`;
    assert.equal(between(document, markers, "new"), `before\n${begin}\nnew\n${end}\nafter\n`);
    assert.throws(() => between(`${end}${begin}`, markers, "new"), /The document needs/);
  });

  it("reads processor times as the shell prints them", () => {
    assert.equal(cpuOf("0m0.010s 0m0.020s\n1m1.500s 0m0.500s\n"), 62_000);
  });

  it("is asked for by options that are checked", () => {
    assert.equal(parseOptions([]).repetitions, 5);
    assert.equal(parseOptions(["--quick"]).repetitions, 1);
    assert.deepEqual(parseOptions(["--only", "parse", "--repetitions", "7"]).only, ["parse"]);
    assert.throws(() => parseOptions(["--repetitions", "0"]), /whole number/);
  });
});
