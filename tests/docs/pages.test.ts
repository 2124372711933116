import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { parse } from "yaml";
import type { PackageSpec } from "../../provider/schema/spec";
import { allBlocks, blocksOf, documents, proseOf, read, root } from "./blocks";
import { isGatewayCode } from "./programs";

/** Written by the command that measures; a checkout may be without it. */
const measured = new Set(["docs/performance.md"]);

describe("the pages of README and docs/", () => {
  it("link to what is there", () => {
    const broken = documents().flatMap(file =>
      proseOf(file).flatMap(line =>
        [...line.matchAll(/\]\(([^)\s]+)\)/g)]
          .map(([, target = ""]) => target)
          .filter(target => !/^https?:/.test(target) && !leadsSomewhere(file, target))
          .map(target => `${file}: ${target}`),
      ),
    );
    assert.deepEqual(broken, []);
  });

  it("have every block of code between fences", () => {
    const indented = documents().flatMap(file =>
      proseOf(file)
        .map((line, index) => ({ line, at: `${file}:${index + 1}` }))
        .filter(({ line }) => /^( {4}|\t)\S/.test(line)),
    );
    assert.deepEqual(indented, []);
  });

  it("have JSON that is JSON", () => {
    for (const { language, text } of allBlocks()) if (language === "json") JSON.parse(text);
  });

  it("begin in the form that the registry reads", () => {
    for (const file of ["docs/_index.md", "docs/installation-configuration.md"]) {
      const [, front = ""] = read(file).split("---\n");
      const { title, meta_desc, layout } = parse(front) as Record<string, string>;
      assert.match(String(title), /Zuplo/, file);
      assert.ok(String(meta_desc).length > 40, file);
      assert.equal(layout, "package", file);
    }
  });
});

describe("the generated pages", () => {
  const generated = documents().filter(file => /^docs\/(resources|functions)\//.test(file));

  it("have every default in its column", () => {
    const rows = generated.flatMap(file => proseOf(file).filter(line => /^\| `\w+` \|/.test(line)));
    assert.ok(
      rows.some(row => row.includes("| 600 seconds | How long to wait for the new build, 24 hours at most.")),
    );
    assert.deepEqual(
      rows.filter(row => /by default/i.test(row)),
      [],
    );
  });
});

describe("the picture of a rotation", () => {
  it("shows three environments, and what the README says of it: no request failed", () => {
    const svg = read("docs/rotation.svg");
    assert.equal(svg.match(/class="lane"/g)?.length, 3);
    assert.ok(!svg.includes('class="fail"'), "requests failed: draw it again on a machine that is less busy");
    assert.equal(svg.match(/<text[^>]*>[^<]* requests, none failed</g)?.length, 3);
  });
});

describe("the page on configuration", () => {
  it("has every setting of the schema, with its variable", () => {
    const { config } = JSON.parse(read("schema.json")) as PackageSpec;
    const page = read("docs/installation-configuration.md");
    for (const [name, { defaultInfo }] of Object.entries(config.variables))
      assert.ok(page.includes(`| \`zuplo:${name}\` | \`${defaultInfo?.environment[0]}\` |`), name);
  });
});

describe("the workflow of the guide on CI", () => {
  interface Job {
    if: string;
    env?: object;
    steps: { uses?: string; run?: string; env?: object; with?: Record<string, unknown> }[];
  }
  const workflow = parse(read("docs/guides/workflows/pulumi.yml")) as {
    on: { push: { branches: string[] } };
    concurrency: { "cancel-in-progress": boolean };
    env: Record<string, string>;
    jobs: Record<string, Job>;
  };
  const commandOf = (job: string) =>
    workflow.jobs[job]?.steps.find(({ uses }) => uses?.startsWith("pulumi/actions@"))?.with?.command;

  it("previews pull requests and brings up what is merged", () => {
    assert.ok("pull_request" in workflow.on);
    assert.deepEqual(workflow.on.push.branches, ["main"]);
    assert.match(workflow.jobs.preview?.if ?? "", /pull_request/);
    assert.equal(commandOf("preview"), "preview");
    assert.match(workflow.jobs.up?.if ?? "", /push/);
    assert.equal(commandOf("up"), "up");
  });

  it("ends no rotation in the middle", () => {
    assert.equal(workflow.concurrency["cancel-in-progress"], false);
  });

  it("gives the private key to nothing but the update", () => {
    assert.match(JSON.stringify(workflow.jobs.up), /CLIENT_KEY/);
    assert.doesNotMatch(JSON.stringify([workflow.env, workflow.jobs.preview]), /CLIENT_KEY/);
  });

  it("has secrets from nowhere but the secrets", () => {
    for (const [name, value] of Object.entries(workflow.env)) assert.equal(value, `\${{ secrets.${name} }}`);
  });
});

describe("the gateway's code of the guide on handlers", () => {
  const blocks = blocksOf("docs/guides/certificates-in-handlers.md");
  const handlers = blocks.filter(({ language, text }) => language === "ts" && isGatewayCode(text));

  it("calls the backend with the certificate that the variable names", async () => {
    assert.equal(handlers.length, 2);
    for (const { text } of handlers) {
      const [call] = await callsOf(text, {
        BACKEND_MTLS_CERT: "backend_prod_1",
        BACKEND_URL: "https://b.example",
      });
      assert.equal(call?.init.zuplo?.mtlsCertificate, "backend_prod_1");
      assert.match(call?.url ?? "", /^https:\/\/[^/]+\/orders$/);
    }
  });

  it("leaves it out in local development, where it is written for that", async () => {
    const [call] = await callsOf(handlers[1]?.text ?? "", {});
    assert.equal(call?.url, "http://localhost:8080/orders");
    assert.equal("zuplo" in (call?.init ?? {}), false);
  });

  it("names the variable in the handlers of Zuplo", () => {
    const json = blocks.filter(({ language }) => language === "json");
    const options = json.map(
      ({ text }) => JSON.parse(text) as { handler: { export: string; options: object } },
    );
    assert.deepEqual(
      options.map(({ handler }) => handler.export),
      ["urlForwardHandler", "urlRewriteHandler"],
    );
    for (const { handler } of options)
      assert.equal((handler.options as Record<string, string>).mtlsCertificate, "$env(BACKEND_MTLS_CERT)");
  });
});

describe("the gateway's code of the guide on names in the code", () => {
  it("names the certificate that the program imports, and then the variable that it sets", () => {
    const blocks = blocksOf("docs/guides/names-in-code.md");
    const [before, after, ...others] = blocks
      .filter(({ language }) => language === "json")
      .map(({ text }) => JSON.parse(text).handler.options.mtlsCertificate as string);
    assert.deepEqual(others, []);
    const program = blocks.find(({ language }) => language === "ts")?.text ?? "";
    assert.ok(program.includes(`{ import: "${before}" }`), before);
    const variable = /^\$env\((\w+)\)$/.exec(after ?? "")?.[1];
    assert.ok(program.includes(`variable: "${variable}"`), after);
  });
});

interface GatewayCall {
  url: string;
  init: { zuplo?: { mtlsCertificate?: string } };
}

/** Runs a handler in a runtime that has nothing but variables and a `fetch` that notes what it is asked for. */
async function callsOf(source: string, environment: Record<string, string>): Promise<GatewayCall[]> {
  const calls: GatewayCall[] = [];
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
  const exported: { default?: (request: Request, context: object) => Promise<unknown> } = {};
  const fetched = async (url: string, init: GatewayCall["init"]) => void calls.push({ url, init });
  new Function("exports", "require", "fetch", outputText)(exported, () => ({ environment }), fetched);
  const log = { debug: () => undefined, warn: () => undefined };
  await exported.default?.(new Request("https://gateway.example.com/orders"), { log });
  return calls;
}

/** A relative link: the file is there, and so is the heading. */
function leadsSomewhere(file: string, target: string): boolean {
  const [path = "", anchor] = target.split("#");
  const linked =
    path === ""
      ? file
      : normalize(join(dirname(file), path))
          .replaceAll("\\", "/")
          .replace(/\/$/, "");
  if (!existsSync(join(root, linked))) return measured.has(linked);
  return anchor === undefined || anchorsOf(linked).has(anchor);
}

/** Headings as GitHub makes anchors of them. */
function anchorsOf(file: string): Set<string> {
  const headings = proseOf(file).flatMap(line => /^#+ (.+)$/.exec(line)?.[1] ?? []);
  return new Set(
    headings.map(heading =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}
