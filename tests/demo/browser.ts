import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { openCache } from "../../scripts/engine/cache";
import { directoryOnPath } from "../../scripts/engine/files";

/** They are large, so they are no dependencies of the package: npm brings them once, into the user's cache. */
const CHROMIUM = "@sparticuz/chromium@153.0.0";
const DRIVER = "playwright-core@1.65.1";
const maxInstallMs = 120_000;

/** What is used of playwright-core. */
export interface Page {
  on(event: "console" | "pageerror" | "request", listener: (what: Shown) => void): void;
  goto(url: string): Promise<unknown>;
  evaluate<T>(script: string): Promise<T>;
  screenshot(options: { path: string; fullPage: boolean }): Promise<unknown>;
}
interface Shown {
  type?(): string;
  url?(): string;
  text?(): string;
  message?: string;
}
export interface Browser {
  newPage(options: { viewport: { width: number; height: number }; colorScheme: string }): Promise<Page>;
  close(): Promise<void>;
}
interface Driver {
  chromium: { launch(options: { executablePath: string; args: string[] }): Promise<Browser> };
}
interface Bundle {
  default: { executablePath(): Promise<string>; args: string[] };
}

/** Chromium: the one on PATH, else one from npm, which runs on Linux. Fails with the reason where there is none. */
export async function openBrowser(): Promise<Browser> {
  const installed = ["chromium", "chromium-browser", "google-chrome"].flatMap(name => {
    const folder = directoryOnPath(name, process.env.PATH);
    return folder === undefined ? [] : [join(folder, name)];
  });
  const load = createRequire(join(await packages(installed.length === 0), "package.json"));
  const { chromium } = load("playwright-core") as Driver;
  const [own] = installed;
  // A container's root has no user namespaces to sandbox with; the page is our own file.
  if (own !== undefined) return chromium.launch({ executablePath: own, args: ["--no-sandbox"] });
  const { default: bundle } = (await import(load.resolve("@sparticuz/chromium"))) as Bundle;
  return chromium.launch({ executablePath: await bundle.executablePath(), args: bundle.args });
}

async function packages(withChromium: boolean): Promise<string> {
  const wanted = withChromium ? [DRIVER, CHROMIUM] : [DRIVER];
  const { root } = openCache(process.env);
  const folder = join(root, `browser-${wanted.join("-").replace(/[^\w.-]+/g, "_")}`);
  const { withLock } = await import("../../scripts/lock.mjs");
  mkdirSync(root, { recursive: true });
  await withLock(`${folder}.lock`, { onWait: () => {} }, async () => {
    // Renamed when it is whole.
    if (existsSync(folder)) return;
    const staging = `${folder}.new`;
    rmSync(staging, { recursive: true, force: true });
    mkdirSync(staging);
    writeFileSync(join(staging, "package.json"), JSON.stringify({ private: true }));
    const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...wanted];
    await promisify(execFile)("npm", args, { cwd: staging, timeout: maxInstallMs });
    renameSync(staging, folder);
  });
  return folder;
}
