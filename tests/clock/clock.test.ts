import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createAuthority, type IssueOptions } from "../../emulator/pki";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { derivedOutputsOf } from "../../provider/resources/preview";
import type { Context, RawInputs } from "../../provider/resources/resource";
import { contextOf, RecordingLogger, withEmulator } from "../support/core";

const second = 1000;
const hour = 60 * 60 * second;
const day = 24 * hour;
const year = 365 * day;
const validFrom = Date.UTC(2030, 0, 1);

/** A certificate that is valid for so many days, and what check says of it at any time. */
async function certificateFor(days: number, more: RawInputs = {}, options: IssueOptions = {}) {
  const validTo = validFrom + days * day;
  const authority = await createAuthority();
  const dates = { notBefore: new Date(validFrom), notAfter: new Date(validTo) };
  const issued = await authority.issue({ ...dates, ...options });
  const news: RawInputs = {
    certificate: issued.chain,
    privateKey: issued.privateKey,
    environments: ["preview"],
    ...more,
  };
  const at = async (time: number, olds?: RawInputs) => {
    const log = new RecordingLogger();
    const context = await new Promise<Context>((settle, fail) => {
      withEmulator({}, async emulator => settle(contextOf(emulator, { log, now: () => time }))).catch(fail);
    });
    // The emulator is gone by now: whatever were called would fail.
    const { inputs, failures } = mtlsCertificate.check(context, olds, news);
    const diff = (state: never) => mtlsCertificate.diff(context, state, inputs);
    return { inputs, diff, failures: failures.map(({ reason }) => reason), warnings: log.lines };
  };
  return { at, news, validTo };
}

describe("the clock", () => {
  const starts: [string, number, RawInputs, number][] = [
    ["30 days before the end of a year", 365, {}, 30 * day],
    ["a third before the end of 30 days", 30, {}, 10 * day],
    ["as long before the end as warnBefore says, in words", 365, { warnBefore: "60d" }, 60 * day],
    ["as long before the end as warnBefore says, in seconds", 365, { warnBefore: 90 }, 90 * second],
  ];
  for (const [title, days, more, before] of starts) {
    it(`makes the warning of expiry begin ${title}, to the second`, async () => {
      const { at, validTo } = await certificateFor(days, more);
      const start = validTo - before;
      for (const time of [start - second, start]) assert.deepEqual((await at(time)).warnings, []);
      const { warnings, failures } = await at(start + second);
      assert.deepEqual(failures, []);
      assert.equal(warnings.length, 1);
      assert.match(
        String(warnings[0]),
        /^warn: MtlsCertificate 'backend': the certificate expires in \d+ (days|hours|seconds?) /,
      );
    });
  }

  it("tells what is left in the largest unit of which there are two", async () => {
    const { at, validTo } = await certificateFor(365);
    const left: [number, RegExp][] = [
      [29 * day + second, /expires in 29 days/],
      [29 * day - second, /expires in 28 days/],
      [2 * day, /expires in 2 days/],
      [2 * day - second, /expires in 47 hours/],
      [2 * hour - second, /expires in 119 minutes/],
      [second, /expires in 1 second /],
      [0, /expires in 0 seconds/],
    ];
    for (const [milliseconds, says] of left) {
      const { warnings } = await at(validTo - milliseconds);
      assert.match(warnings.join(), says);
    }
  });

  it("refuses a new certificate a second before and after its time, and an unchanged one never", async () => {
    const { at, validTo } = await certificateFor(365);
    const { inputs } = await at(validFrom);
    const problems: [number, RegExp][] = [
      [validFrom - second, /is not valid before 2030-01-01T00:00:00/],
      [validTo + second, /expired at 2031-01-01T00:00:00/],
    ];
    for (const time of [validFrom, validTo]) assert.deepEqual((await at(time)).failures, []);
    for (const [time, says] of problems) {
      assert.match((await at(time)).failures.join(), says);
      assert.deepEqual((await at(time, inputs)).failures, []);
    }
    assert.match(
      (await at(validTo + second, inputs)).warnings.join(),
      /the certificate expired at 2031-01-01/,
    );
  });

  it("never makes a difference: the same inputs come of a check in any year, and no diff", async () => {
    const { at, news } = await certificateFor(365);
    const { inputs } = await at(validFrom);
    for (const time of [
      0,
      validFrom - year,
      validFrom + year - day,
      validFrom + 2 * year,
      validFrom + 100 * year,
    ]) {
      const later = await at(time, inputs);
      assert.deepEqual(later.inputs, inputs);
      assert.deepEqual(later.failures, []);
      const state = { ...inputs, ...derivedOutputsOf(mtlsCertificate, inputs) };
      assert.deepEqual(later.diff(state as never), {});
      assert.deepEqual(
        derivedOutputsOf(mtlsCertificate, later.inputs),
        derivedOutputsOf(mtlsCertificate, news),
      );
    }
  });

  it("is read in one place", async () => {
    const root = resolve(__dirname, "../../provider");
    const files = (await readdir(root, { recursive: true })).filter(name => name.endsWith(".ts"));
    const readers: string[] = [];
    for (const name of files) {
      if (/Date\.now\b|new Date\(\)/.test(await readFile(join(root, name), "utf8"))) readers.push(name);
    }
    assert.deepEqual(readers, ["session.ts"]);
  });
});
