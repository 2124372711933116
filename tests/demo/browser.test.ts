import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Demonstration, Environment } from "../../scripts/demo/record";
import { reportOf } from "../../scripts/demo/report";
import { type Browser, openBrowser, type Page } from "./browser";
import { demonstration, zero } from "./fixture";

/** Not committed. */
const artefacts = resolve(__dirname, "../../.tmp/screenshots");

/** Three environments, of which one had requests that failed. */
const shown: Demonstration = {
  ...demonstration,
  environments: ["staging", "canary", "main"].map(environment),
};

function environment(branch: string, index: number): Environment {
  const switched = zero + 1000 + index * 1000;
  const intervals = Array.from({ length: 60 }, (_, number) => {
    const at = zero - 2000 + number * 100;
    const failed = branch === "canary" && number === 30 ? 5 : 0;
    return { at, ok: 14 - failed, failed, certificates: { [at < switched ? "first" : "next"]: 14 - failed } };
  });
  return {
    deployment: `gateway-${branch}`,
    branch,
    environmentType: branch === "main" ? "production" : "preview",
    url: `http://127.0.0.1:1/gateway-${branch}`,
    intervals,
    served: [
      { at: zero - 4000, buildId: "b", certificates: { CERT: "first" } },
      { at: switched, buildId: "c", certificates: { CERT: "next" } },
    ],
  };
}

describe("the report in a browser", () => {
  let browser: Browser | undefined;
  let folder: string;
  let url: string;

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-report-"));
    const file = join(folder, "rotation.html");
    await writeFile(file, reportOf(shown));
    url = pathToFileURL(file).href;
    mkdirSync(artefacts, { recursive: true });
    try {
      browser = await openBrowser();
    } catch (error) {
      console.log(`        no browser can be had here: ${(error as Error).message.split("\n")[0]}`);
      this.skip();
    }
  });

  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  for (const colorScheme of ["light", "dark"]) {
    describe(`in ${colorScheme}`, () => {
      let page: Page;
      const complaints: string[] = [];
      const requests: string[] = [];

      before(async () => {
        assert.ok(browser);
        page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme });
        page.on("console", message => complaints.push(String(message.text?.())));
        page.on("pageerror", ({ message = "" }) => complaints.push(message));
        page.on("request", request => requests.push(String(request.url?.())));
        await page.goto(url);
        await page.screenshot({ path: join(artefacts, `rotation-${colorScheme}.png`), fullPage: true });
      });

      it("is drawn without a complaint, and asks for nothing but itself", () => {
        assert.deepEqual(complaints, []);
        assert.deepEqual(requests, [url]);
      });

      it("has a lane for each environment, with the certificates that served and the requests", async () => {
        const lanes = await page.evaluate<{ branch: string; serving: number; bars: number }[]>(`
          [...document.querySelectorAll("g.lane")].map(lane => ({
            branch: lane.dataset.branch,
            serving: [...lane.querySelectorAll("rect.serving")].filter(isSeen).length,
            bars: [...lane.querySelectorAll("g rect")].filter(isSeen).length,
          }));
          function isSeen(element) {
            const { width, height } = element.getBoundingClientRect();
            return width > 0 && height > 0;
          }`);
        assert.deepEqual(
          lanes.map(({ branch, serving }) => ({ branch, serving })),
          ["staging", "canary", "main"].map(branch => ({ branch, serving: 2 })),
        );
        for (const { branch, bars } of lanes) assert.ok(bars >= 59, `${branch}: ${bars} bars`);
      });

      it("shows failures in red, and says how many", async () => {
        const [red, text] = await page.evaluate<[string, string]>(`[
          getComputedStyle(document.querySelector('[data-branch="canary"] rect.fail')).fill,
          document.querySelector('[data-branch="canary"] .failed-text').textContent,
        ]`);
        const [r = 0, g = 0, b = 0] = (red.match(/\d+/g) ?? []).map(Number);
        assert.ok(r > 1.5 * g && r > 1.5 * b, red);
        assert.match(text, /5 failed/);
        const elsewhere = await page.evaluate<number>(
          `document.querySelectorAll('[data-branch="main"] .fail').length`,
        );
        assert.equal(elsewhere, 0);
      });

      it("marks the calls of the rotation", async () => {
        const marks = await page.evaluate<string[]>(
          `[...document.querySelectorAll("svg.chart .mark")].map(mark => mark.classList[1]).sort()`,
        );
        assert.deepEqual(marks, ["delete", "disable", "redeploy", "served", "upload", "variable"]);
      });

      it("tells a screen reader what it shows", async () => {
        const [title, description, unnamed] = await page.evaluate<[string, string, number]>(`[
          document.querySelector("svg.chart > title").textContent,
          document.querySelector("svg.chart > desc").textContent,
          document.querySelectorAll("[tabindex]:not([aria-label]), th:not([scope]), table:not(:has(caption))").length,
        ]`);
        assert.match(title, /rotation/);
        assert.match(description, /canary \(preview\) is served by next since second 2\.0: .*5 failed/);
        assert.equal(unnamed, 0);
      });

      it("can be read: text stands out from what is behind it", async () => {
        const faint = await page.evaluate<string[]>(CONTRAST);
        assert.deepEqual(faint, []);
      });

      it("fits its window, and moves sideways in a small one only inside of its frames", async () => {
        const widths = await page.evaluate<[number, number]>(
          "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
        );
        assert.equal(widths[0], widths[1]);
      });
    });
  }
});

/** Texts whose contrast is below 4.5 : 1 (WCAG 2.2, 1.4.3), in HTML against the card or page, in bars against the bar. */
const CONTRAST = `(() => {
  const channels = color => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = color => {
    const [r, g, b] = channels(color).map(value => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const backgroundOf = element => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if ((channels(backgroundColor)[3] ?? 1) > 0) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = [];
  for (const element of document.querySelectorAll("h1, h2, p, dt, dd, th, td, td code, li, footer, svg.chart text")) {
    const isInside = element.classList.contains("inside");
    const behind = isInside ? getComputedStyle(element.previousElementSibling).fill : backgroundOf(element);
    const style = getComputedStyle(element);
    const color = element instanceof SVGElement ? style.fill : style.color;
    if (ratio(color, behind) < 4.5) faint.push(element.tagName + "." + element.className + ": " + color + " on " + behind);
  }
  return [...new Set(faint)];
})()`;
