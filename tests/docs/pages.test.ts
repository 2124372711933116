import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import ts from "typescript";
import { parse } from "yaml";
import { provider } from "../../provider/adapters/terraform/provider";
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
          // Where Pulumi's registry shows a page, registries.test.ts looks at.
          .filter(target => !/^(https?:|\/registry\/)/.test(target) && !leadsSomewhere(file, target))
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
});

describe("the README", () => {
  const text = read("README.md");

  it("is short enough to be read", () => {
    const lines = text.trimEnd().split("\n").length;
    assert.ok(lines <= 120, `${lines} lines`);
  });

  it("leads in one click to how to start, how to adopt, what can go wrong and how to go back", () => {
    const [, row = ""] = /^(\*\*\[Start here\].*)$/m.exec(text) ?? [];
    const targets = [...row.matchAll(/\*\*\[[^\]]+\]\(([^)]+)\)\*\*/g)].map(([, target]) => target);
    assert.deepEqual(targets, [
      "docs/guides/first-rotation.md",
      "docs/guides/importing.md",
      "docs/reliability.md",
      "docs/guides/going-back.md",
    ]);
  });
});

describe("the map of docs/", () => {
  /** Pages that another one lists: the reference its own, Terraform's index its own. */
  const isListedElsewhere = (file: string) => /^docs\/(reference|terraform)\/./.test(file);
  const linkedFrom = (file: string) =>
    new Set(
      proseOf(file).flatMap(line =>
        [...line.matchAll(/\]\(([^)#\s]+)/g)].map(([, target = ""]) =>
          normalize(join(dirname(file), target)),
        ),
      ),
    );

  it("has every concept, guide and page of its own", () => {
    const linked = linkedFrom("docs/README.md");
    const registryOnly = ["docs/README.md", "docs/_index.md"];
    const missing = documents().filter(
      file =>
        file.startsWith("docs/") &&
        !registryOnly.includes(file) &&
        !isListedElsewhere(file) &&
        !linked.has(file),
    );
    assert.deepEqual(missing, []);
    for (const file of ["docs/reference/README.md", "docs/terraform/index.md"])
      assert.ok(linked.has(file), file);
  });

  it("leads to a reference that has every generated page", () => {
    const linked = linkedFrom("docs/reference/README.md");
    const pages = documents().filter(
      file => file.startsWith("docs/reference/") && !file.endsWith("/README.md"),
    );
    assert.ok(pages.length >= 12);
    assert.deepEqual(
      pages.filter(page => !linked.has(page)),
      [],
    );
  });
});

describe("the generated pages", () => {
  const generated = documents().filter(file => /^docs\/reference\/(resources|functions)\//.test(file));

  it("have every default in its column", () => {
    const rows = generated.flatMap(file => proseOf(file).filter(line => /^\| `\w+` \|/.test(line)));
    assert.ok(
      rows.some(row => row.includes("| 600 seconds | How long to wait for the new build; 24 hours at most.")),
    );
    assert.deepEqual(
      rows.filter(row => /by default/i.test(row)),
      [],
    );
  });
});

describe("the pages for Terraform", () => {
  const pages = documents().filter(file => file.startsWith("docs/terraform/"));
  const inFolder = (folder: string) =>
    pages.filter(file => dirname(file) === `docs/terraform/${folder}`).map(file => basename(file, ".md"));

  it("are one for each resource, data source and function that is served", async () => {
    const schema = await provider({ isAlive: async () => true }).GetProviderSchema({});
    const short = (names: object = {}) => Object.keys(names).map(name => name.replace(/^zuplo_/, ""));
    assert.deepEqual(inFolder("resources"), short(schema.resourceSchemas).sort());
    assert.deepEqual(inFolder("data-sources"), short(schema.dataSourceSchemas).sort());
    assert.deepEqual(inFolder("functions"), short(schema.functions).sort());
  });

  it("name nothing as only Pulumi spells it", () => {
    for (const file of pages.filter(file => !file.includes("/guides/"))) {
      const own = proseOf(file).filter(
        line =>
          !line.includes("shares its core with the provider for Pulumi") && !line.startsWith("- guides:"),
      );
      const named = own.filter(line =>
        /pulumi(?!-zuplo)|`(privateKey|isSecret|valueOnDelete|MtlsCertificate)\w*`/i.test(line),
      );
      assert.deepEqual(named, [], file);
    }
  });

  it("are linked from the page on the provider", () => {
    const index = read("docs/terraform/index.md");
    for (const file of pages.filter(file => file !== "docs/terraform/index.md"))
      assert.ok(index.includes(`](${file.replace("docs/terraform/", "")})`), file);
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
      assert.ok(page.includes(`| \`${name}\` | \`${defaultInfo?.environment[0]}\` |`), name);
  });
});

describe("the workflow of the guide on CI", () => {
  interface Job {
    if: string;
    environment?: string;
    env?: object;
    steps: { uses?: string; run?: string; env?: Record<string, string>; with?: Record<string, unknown> }[];
  }
  const text = read("docs/guides/workflows/pulumi.yml");
  const workflow = parse(text) as {
    on: { push: { branches: string[] } };
    concurrency: { "cancel-in-progress": boolean };
    env?: object;
    permissions: object;
    jobs: Record<string, Job>;
  };
  const { preview, up, ...otherJobs } = workflow.jobs;
  const steps = Object.values(workflow.jobs).flatMap(job => job.steps);
  const commandOf = (job: Job | undefined) =>
    job?.steps.find(({ uses }) => uses?.startsWith("pulumi/actions@"))?.with?.command;

  it("previews pull requests and brings up what is merged", () => {
    assert.ok("pull_request" in workflow.on);
    assert.deepEqual(workflow.on.push.branches, ["main"]);
    assert.match(preview?.if ?? "", /pull_request/);
    assert.equal(commandOf(preview), "preview");
    assert.match(up?.if ?? "", /push/);
    assert.equal(commandOf(up), "up");
    assert.deepEqual(otherJobs, {});
  });

  it("ends no rotation in the middle", () => {
    assert.equal(workflow.concurrency["cancel-in-progress"], false);
  });

  it("runs nothing for a fork, and never with secrets", () => {
    assert.match(
      preview?.if ?? "",
      /&& github\.event\.pull_request\.head\.repo\.full_name == github\.repository$/,
    );
    assert.ok(!("pull_request_target" in workflow.on));
    assert.deepEqual(workflow.permissions, { contents: "read" });
  });

  it("gives the private key to nothing but the update", () => {
    assert.match(JSON.stringify(up), /CLIENT_KEY/);
    assert.doesNotMatch(JSON.stringify(preview), /CLIENT_KEY/);
  });

  it("has the secrets of an environment for each job, and gives them to Pulumi alone", () => {
    assert.deepEqual([preview?.environment, up?.environment], ["preview", "production"]);
    assert.deepEqual([workflow.env, preview?.env, up?.env], [undefined, undefined, undefined]);
    for (const { uses, run, env, with: inputs } of steps) {
      assert.doesNotMatch(`${run} ${JSON.stringify(inputs)}`, /secrets\./);
      if (env !== undefined) assert.match(String(uses), /^pulumi\/actions@/);
      for (const [name, value] of Object.entries(env ?? {})) assert.equal(value, `\${{ secrets.${name} }}`);
    }
  });

  it("runs no script of a package that it installs", () => {
    const installs = steps.flatMap(({ run }) => (run?.startsWith("npm ") ? [run] : []));
    assert.deepEqual(installs, ["npm ci --ignore-scripts", "npm ci --ignore-scripts"]);
  });

  it("tells how each of its actions is pinned to a commit", () => {
    assert.match(text, /^# {3}git ls-remote https:\/\/github\.com\/\S+ v\d+$/m);
    for (const { uses } of steps)
      if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w-]+@(v\d+|[0-9a-f]{40})$/);
  });

  it("has each secret in the guide, with what it may do in which environment", () => {
    const guide = read("docs/guides/ci-previews.md");
    const names = new Set([...text.matchAll(/secrets\.(\w+)/g)].map(([, name]) => name));
    assert.equal(names.size, 3);
    for (const name of names) assert.match(guide, new RegExp(`^\\| \`${name}\``, "m"));
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
  const given = proseOf(file).flatMap(line => /^<a id="([^"]+)"><\/a>$/.exec(line)?.[1] ?? []);
  return new Set([
    ...given,
    ...headings.map(heading =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  ]);
}
