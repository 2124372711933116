import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const root = join(__dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");

describe("renovate.json", () => {
  // What is used of Renovate's own schema; it takes unknown words for mistakes, and so does this.
  const Schedule = z.array(z.string().regex(/^before \d+am on monday$/));
  const Rule = z.strictObject({
    description: z.string().optional(),
    matchManagers: z.array(z.enum(["npm", "github-actions", "gomod", "custom.regex"])).optional(),
    matchDepTypes: z.array(z.enum(["devDependencies", "peerDependencies"])).optional(),
    matchUpdateTypes: z.array(z.enum(["minor", "patch"])).optional(),
    matchPackageNames: z.array(z.string()).optional(),
    groupName: z.string().optional(),
    allowedVersions: z.string().optional(),
    enabled: z.literal(false).optional(),
  });
  const Config = z.strictObject({
    $schema: z.url(),
    extends: z.array(
      z.enum(["config:recommended", "helpers:pinGitHubActionDigestsToSemver", "schedule:weekly"]),
    ),
    labels: z.array(z.string()),
    lockFileMaintenance: z.strictObject({ enabled: z.literal(true), schedule: Schedule }),
    ignorePaths: z.array(z.string()),
    packageRules: z.array(Rule),
    customManagers: z.tuple([
      z.strictObject({
        customType: z.literal("regex"),
        managerFilePatterns: z.tuple([z.string().regex(/^\/.+\/$/)]),
        matchStrings: z.tuple([z.string()]),
        datasourceTemplate: z.literal("go"),
        extractVersionTemplate: z.string(),
      }),
    ]),
  });
  const config = Config.parse(JSON.parse(read("renovate.json")));

  it("pins what it updates, groups it, and comes once a week", () => {
    assert.equal(config.extends.length, 3);
    const groups = config.packageRules.flatMap(({ groupName }) => groupName ?? []);
    assert.deepEqual(groups, ["development tools", "actions", "tools of the tests"]);
  });

  it("names packages and folders that there are", () => {
    const { devDependencies } = z
      .looseObject({ devDependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read("package.json")));
    for (const { matchPackageNames = [] } of config.packageRules)
      for (const name of matchPackageNames) assert.ok(name in devDependencies, name);
    for (const path of config.ignorePaths.filter(path => !path.startsWith("**")))
      assert.ok(existsSync(join(root, path.replace("/**", ""))), path);
  });

  it("finds the Go programs that the tests build, by module and version", () => {
    const [manager] = config.customManagers;
    const files = new RegExp(manager.managerFilePatterns[0].slice(1, -1));
    const found = readdirSync(join(root, "scripts/engine"))
      .map(name => `scripts/engine/${name}`)
      .filter(file => files.test(file))
      .flatMap(file => [...read(file).matchAll(new RegExp(manager.matchStrings[0], "g"))]);
    assert.deepEqual(found.map(({ groups }) => groups?.depName).sort(), [
      "github.com/rhysd/actionlint",
      "github.com/smallstep/certificates",
      "github.com/smallstep/cli",
    ]);
    for (const { groups } of found) {
      const { version } =
        new RegExp(manager.extractVersionTemplate).exec(`v${groups?.currentValue}`)?.groups ?? {};
      assert.match(String(version), /^\d+\.\d+\.\d+$/);
    }
  });
});

describe("the forms for issues", () => {
  const folder = ".github/ISSUE_TEMPLATE";
  const attributes = z.looseObject({ label: z.string() });
  const Field = z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("markdown"), attributes: z.strictObject({ value: z.string() }) }),
    ...(["input", "textarea", "dropdown"] as const).map(type =>
      z.strictObject({
        type: z.literal(type),
        id: z.string().regex(/^[\w-]+$/),
        attributes:
          type === "dropdown" ? attributes.extend({ options: z.array(z.string()).min(2) }) : attributes,
        validations: z.strictObject({ required: z.boolean() }).optional(),
      }),
    ),
  ]);
  const Form = z.strictObject({
    name: z.string().min(3),
    description: z.string().min(3),
    labels: z.array(z.string()),
    body: z.array(Field).min(1),
  });
  const names = readdirSync(join(root, folder)).filter(name => name !== "config.yml");

  it("are one for what does not work and one for questions, in the form that GitHub reads", () => {
    assert.deepEqual(names.sort(), ["bug.yml", "question.yml"]);
    for (const name of names) {
      const { body } = Form.parse(parse(read(join(folder, name))));
      const ids = body.flatMap(field => ("id" in field ? [field.id] : []));
      assert.equal(new Set(ids).size, ids.length, name);
    }
  });

  it("send who has found something dangerous to SECURITY.md", () => {
    const [first] = Form.parse(parse(read(join(folder, "bug.yml")))).body;
    assert.ok(first?.type === "markdown" && first.attributes.value.includes("/SECURITY.md)"));
    const chooser = z
      .strictObject({
        blank_issues_enabled: z.literal(false),
        contact_links: z
          .tuple([
            z.strictObject({
              name: z.string(),
              url: z.string().regex(/^https:\/\/github\.com\/[^/]+\/[^/]+\/security\/policy$/),
              about: z.string(),
            }),
          ])
          .optional(),
      })
      .parse(parse(read(join(folder, "config.yml"))));
    const { repository } = JSON.parse(read("package.json")) as { repository?: string };
    assert.equal(chooser.contact_links === undefined, repository === undefined);
  });
});
