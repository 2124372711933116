import assert from "node:assert/strict";
import { linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { markdownOf } from "../../cli/report/markdown";
import { readRecords } from "../../cli/report/readRecord";
import { recordTimeline } from "../../cli/report/recordTimeline";
import { isComplete, rotationOf } from "../../cli/report/rotation";
import { rotationPage } from "../../cli/report/rotationPage";
import type { Entry, Step } from "../../provider/record/entry";
import { cli } from "./capture";

const start = Date.parse("2026-11-26T10:00:00.000Z");
const resource = "shop/prod/backend-main";
const [old, next] = [
  { name: "backend_a1", fingerprint: "a".repeat(64) },
  { name: "backend_b2", fingerprint: "b".repeat(64) },
];

function entry(
  at: number,
  step: Step,
  more: Partial<Pick<Entry, "run" | "resource" | "because">> = {},
): Entry {
  return { version: 1, time: new Date(start + at).toISOString(), run: "1", resource, ...more, ...step };
}

const answer = { status: 200, ms: 20 };
const begun: Step = {
  step: "roll.begun",
  deployment: "gateway-main",
  branch: "main",
  environmentType: "production",
  from: { certificates: [old] },
  to: { certificates: [next] },
};
const upTo = (count: number): Entry[] =>
  [
    entry(0, { step: "certificate.create", certificate: next, environments: ["production"], ...answer }),
    entry(100, {
      step: "variable.update",
      variable: { branch: "main", name: "CERT" },
      value: next.name,
      ...answer,
    }),
    entry(200, begun),
    entry(
      300,
      { step: "certificate.update", certificate: old, environments: [], ...answer },
      { because: "superseded" },
    ),
    entry(400, { step: "deployment.redeploy", deployment: "gateway-main", ...answer }),
    entry(5400, {
      step: "build.served",
      deployment: "gateway-main",
      buildId: "build-2",
      deployedOn: "x",
      ms: 5000,
    }),
    entry(5600, { step: "verification", deployment: "gateway-main", ok: true, ms: 200 }),
    entry(5650, { step: "roll.ended", deployment: "gateway-main" }),
    entry(5700, { step: "certificate.delete", certificate: old, ...answer }, { because: "replaced" }),
  ].slice(0, count);
const whole = upTo(9);

describe("the report of a rotation", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "zuplo-report-"));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function fileOf(entries: readonly Entry[], name = "record.jsonl", end = "\n"): string {
    const file = join(folder, name);
    writeFileSync(file, entries.map(each => JSON.stringify(each)).join("\n") + end);
    return file;
  }

  it("says of each deployment from which certificate to which, and how it was verified", () => {
    const rotation = rotationOf(whole);
    assert.equal(isComplete(rotation), true);
    const [deployment, ...others] = rotation.deployments;
    assert.deepEqual(others, []);
    assert.equal(deployment?.outcome, "done");
    assert.deepEqual([deployment?.from, deployment?.to], [[old], [next]]);
    assert.deepEqual([rotation.uploaded, rotation.deleted], [[next.name], [old.name]]);
    const text = markdownOf(rotation);
    assert.match(
      text,
      /^Every deployment in the record has its new certificate\. 2026-11-26T10:00:00\.000Z, 5\.7 s, 1 run\.$/m,
    );
    assert.match(
      text,
      /^\| main \| gateway-main \| backend_a1 \(a{16}…\) \| backend_b2 \(b{16}…\) \| build-2 \| done \|$/m,
    );
    assert.match(text, /^- verified: 1 of 1$/m);
  });

  it("says whose each row is where bindings share a deployment, and what was redeployed as well", () => {
    const other = "shop/prod/payments-main";
    const theirs = { certificates: [{ name: "payments_c3" }] };
    const entries = [
      ...whole,
      entry(5750, { ...begun, to: theirs }, { resource: other }),
      entry(5760, { step: "roll.ended", deployment: "gateway-main" }, { resource: other }),
      entry(5800, { step: "deployment.redeploy", deployment: "gateway-qa", ...answer }),
    ];
    const rotation = rotationOf(entries);
    const text = markdownOf(rotation);
    assert.match(text, /^\| branch \| deployment \|.*\| outcome \| resource \|$/m);
    assert.match(text, /^\| main \|.*payments_c3.*\| done \| shop\/prod\/payments-main \|$/m);
    assert.match(text, /^- also redeployed, without a new certificate: `gateway-qa`$/m);
    assert.match(rotationPage(entries, rotation), /without a new certificate: gateway-qa\./);
    assert.doesNotMatch(markdownOf(rotationOf(whole)), /resource|also redeployed/);
  });

  for (const count of [1, 2]) {
    it(`says that no deployment got a new certificate, where a run was killed after ${count} steps`, () => {
      const rotation = rotationOf(upTo(count));
      assert.equal(isComplete(rotation), false);
      assert.match(markdownOf(rotation), /^\*\*No deployment got a new certificate\.\*\* 2026/m);
      assert.match(rotationPage(upTo(count), rotation), /No deployment got a new certificate\./);
    });
  }

  it("knows of a branch whose variable was set and that was never redeployed", () => {
    // given a run that was killed between two stages
    const other = entry(150, {
      step: "variable.update",
      variable: { branch: "qa", name: "CERT" },
      value: next.name,
      ...answer,
    });
    const rotation = rotationOf([...upTo(2), other, ...upTo(8).slice(2)]);
    // then
    assert.equal(isComplete(rotation), false);
    assert.match(markdownOf(rotation), /^\*\*Not every deployment has its new certificate\.\*\*/m);
  });

  for (let count = 3; count < 8; count += 1) {
    it(`says that it was cut off, where a run was killed after ${count} steps, and that the next one completed it`, () => {
      const killed = rotationOf(upTo(count));
      assert.equal(isComplete(killed), false);
      assert.equal(killed.deployments[0]?.outcome, "cut off");
      const completed = whole.slice(2).map(each => ({
        ...each,
        run: "2",
        time: new Date(Date.parse(each.time) + 60_000).toISOString(),
      }));
      const rotation = rotationOf([...upTo(count), ...completed]);
      assert.equal(isComplete(rotation), true);
      assert.equal(rotation.runs.length, 2);
      assert.deepEqual([...rotation.old], [old.name]);
    });
  }

  it("tells what was rolled back, and why", () => {
    const entries = [
      ...upTo(6),
      entry(6000, {
        step: "verification",
        deployment: "gateway-main",
        ok: false,
        problem: "answered 502",
        ms: 500,
      }),
      entry(
        9000,
        { step: "build.served", deployment: "gateway-main", buildId: "build-3", deployedOn: "x", ms: 3000 },
        { because: "rollback" },
      ),
      entry(9100, {
        step: "rollback",
        deployment: "gateway-main",
        restored: ["certificate 'backend_a1' enabled for production", "deployment 'gateway-main' redeployed"],
        ms: 3000,
      }),
      entry(9200, {
        step: "failed",
        operation: "update Redeployment",
        code: "ZUPLO1410",
        text: "verify <b>: 502",
      }),
    ];
    const rotation = rotationOf(entries);
    assert.equal(rotation.deployments[0]?.outcome, "rolled back");
    assert.match(markdownOf(rotation), /\*\*Not every deployment[\s\S]*- verify &#60;b&#62;: 502 ZUPLO1410/);
    const page = rotationPage(entries, rotation);
    assert.match(page, /rolled back, verified 0 times, 1 failed/);
    assert.ok(!page.includes("<b>"));
  });

  it("tells what failed in a run that the next one completed", () => {
    const failed = entry(800, {
      step: "failed",
      operation: "create Redeployment",
      code: "ZUPLO1410",
      text: "HTTP 500",
    });
    const second = whole.map(each => ({ ...each, run: "2" }));
    const done = entry(6000, { step: "succeeded", operation: "update Redeployment" }, { run: "2" });
    const rotation = rotationOf([...upTo(2), failed, ...second, done]);
    assert.equal(isComplete(rotation), true);
    // not by what some other resource did, or the same one before
    for (const other of [
      { ...done, resource: "shop/prod/other" },
      { ...done, run: "1" },
    ])
      assert.equal(isComplete(rotationOf([...upTo(2), failed, ...second, other])), false);
    assert.match(markdownOf(rotation), /^Failed:\n\n- run 1: HTTP 500 ZUPLO1410$/m);
    // and of one run alone, without its number
    assert.match(markdownOf(rotationOf([...upTo(2), failed])), /^- HTTP 500 ZUPLO1410$/m);
  });

  it("says that the certificates were deleted later, where a destroy took them out", () => {
    const gone = entry(9000, { step: "certificate.delete", certificate: next, ...answer }, { run: "2" });
    const rotation = rotationOf([...whole, gone]);
    assert.equal(rotation.deployments[0]?.outcome, "removed");
    assert.equal(isComplete(rotation), false);
    assert.match(markdownOf(rotation), /^\*\*The certificates that the deployments in the record had got/m);
    // but not where one was uploaded again
    const again = entry(9500, { step: "certificate.create", certificate: next, ...answer }, { run: "3" });
    assert.equal(rotationOf([...whole, gone, again]).deployments[0]?.outcome, "done");
  });

  it("knows of a deployment that has not followed to the next certificate of its lineage", () => {
    // given two deployments that got a certificate, and a rotation that was killed between them
    const [first, second] = ["backend_prod_a1b2c3d4e5f6", "backend_prod_a1b2aaaaaaaa"].map(name => ({
      name,
      fingerprint: "a".repeat(64),
    })) as [typeof old, typeof old];
    const rolled = (
      at: number,
      branch: string,
      from: (typeof old)[],
      to: typeof old,
      run: string,
    ): Entry[] => {
      const deployment = `gateway-${branch}`;
      const more = { run, resource: `shop/prod/backend-${branch}` };
      const certificates = { from: { certificates: from }, to: { certificates: [to] } };
      return [
        entry(at, { ...begun, deployment, branch, ...certificates }, more),
        entry(at + 50, { step: "roll.ended", deployment }, more),
      ];
    };
    const both = [...rolled(0, "staging", [], first, "1"), ...rolled(100, "main", [], first, "1")];
    assert.equal(isComplete(rotationOf(both)), true);
    // when
    const rotation = rotationOf([...both, ...rolled(200, "staging", [first], second, "2")]);
    // then
    const outcomes = rotation.deployments.map(({ branch, outcome }) => [branch, outcome]);
    assert.deepEqual(outcomes, [
      ["staging", "done"],
      ["main", "outdated"],
    ]);
    assert.equal(isComplete(rotation), false);
    // and the way back is one, too
    const there = [
      ...both,
      ...rolled(200, "staging", [first], second, "2"),
      ...rolled(300, "main", [first], second, "2"),
    ];
    const back = [
      ...rolled(400, "staging", [second], first, "3"),
      ...rolled(500, "main", [second], first, "3"),
    ];
    assert.equal(isComplete(rotationOf([...there, ...back])), true);
    assert.equal(isComplete(rotationOf([...there, ...back.slice(0, 2)])), false);
  });

  it("gives each build the certificate of its own rotation, where there are several", () => {
    // given
    const last = { name: "backend_c3", fingerprint: "c".repeat(64) };
    const again = [
      entry(20_000, { ...begun, from: { certificates: [next] }, to: { certificates: [last] } }, { run: "2" }),
      entry(
        25_000,
        { step: "build.served", deployment: "gateway-main", buildId: "build-3", deployedOn: "y", ms: 1 },
        { run: "2" },
      ),
      entry(
        26_000,
        { step: "build.served", deployment: "gateway-main", buildId: "build-4", deployedOn: "z", ms: 1 },
        { run: "2", because: "rollback" },
      ),
    ];
    const entries = [...whole, ...again];
    // when
    const { lanes } = recordTimeline(entries, rotationOf(entries));
    // then
    assert.deepEqual(
      lanes.map(({ spans }) => spans.map(({ certificate }) => certificate)),
      [[old.name, next.name, last.name, next.name]],
    );
  });

  it("is a page that needs nothing but itself, with a lane for each deployment and no bars of a load", () => {
    const page = rotationPage(whole, rotationOf(whole));
    assert.doesNotMatch(page, /<(script|link|img|iframe)|@import|url\(|(src|href)=|NaN|undefined|requests/);
    assert.equal(page.match(/class="lane"/g)?.length, 1);
    for (const text of ["certificate uploaded", "verified", "certificate deleted", "build-2"])
      assert.ok(page.includes(text), text);
  });

  it("is written from the command line, as a page or as a text", async () => {
    const file = fileOf(whole);
    const output = join(folder, "page.html");
    const html = await cli(["report", file, "--output", output]);
    assert.equal(html.code, 0);
    assert.match(readFileSync(output, "utf8"), /^<!doctype html>/);
    const text = await cli(["report", file, "--format", "markdown"]);
    assert.equal(text.code, 0);
    assert.match(text.stdout, /^## Certificate rotation/);
    // and a file that is given twice, such as by a pattern and its name, counts once
    const twice = await cli(["report", file, `${folder}/./${basename(file)}`, "--format", "markdown"]);
    assert.equal(twice.stdout, text.stdout);
  });

  it("does not overwrite a record, and says which line has no time", async () => {
    const file = fileOf(whole);
    const before = readFileSync(file, "utf8");
    const { code, stderr } = await cli(["report", file, "--output", file]);
    assert.equal(code, 1);
    assert.match(stderr, /^error: --output is one of the records, which the report would overwrite\./);
    // and by another name of it neither
    for (const [link, name] of [
      [linkSync, "hard.html"],
      [symlinkSync, "soft.html"],
    ] as const) {
      const output = join(folder, name);
      link(file, output);
      assert.equal((await cli(["report", file, "--output", output])).code, 1, name);
    }
    assert.equal(readFileSync(file, "utf8"), before);
    const broken = fileOf([{ ...(whole[0] as Entry), time: "yesterday" }, ...whole]);
    assert.match((await cli(["report", broken])).stderr, /^error: Line 1 of .* is not an entry of a record/);
  });

  it("reads what a killed run has left, and says which line is none", async () => {
    const cut = fileOf(whole, "cut.jsonl", '\n{"version":1,"ti');
    assert.equal(readRecords([cut]).length, whole.length);
    const resumed = fileOf(whole, "resumed.jsonl", `\n{"version":1,"ti\n${JSON.stringify(whole[0])}\n`);
    assert.equal(readRecords([resumed]).length, whole.length + 1);
    const foreign = join(folder, "foreign.jsonl");
    writeFileSync(foreign, 'first\n{"version":2}\n');
    for (const [file, problem] of [
      [foreign, /Line 1 of '[^']+' is not an entry/],
      [join(folder, "missing"), /cannot be read: ENOENT/],
      [fileOf([], "empty.jsonl"), /There is nothing in the record/],
    ] as const) {
      const { code, stderr } = await cli(["report", file]);
      assert.equal(code, 1);
      assert.match(stderr, problem);
      assert.match(stderr, /ZUPLO1503/);
    }
  });
});
