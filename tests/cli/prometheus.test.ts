import assert from "node:assert/strict";
import { parse as parseYaml } from "yaml";
import { formatPrometheus } from "../../cli/prometheus";
import { rotationsOf } from "../../cli/rotations";
import type { CertificateStatus, Status } from "../../cli/status";
import { type CallKind, spoil } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import { certificateResponse } from "../../provider/api/responses";
import { keepSecret } from "../../provider/text/secret";
import { blocksOf } from "../docs/blocks";
import { type Setup, setUp } from "../emulator/support";
import { cli } from "./capture";

/** The rules of an alert, as Prometheus reads them. */
interface Rules {
  groups: { rules: { alert: string; expr: string }[] }[];
}

interface Metric {
  help: string;
  type: string;
  samples: { labels: Record<string, string>; value: number }[];
}

/** Reads the text format 0.0.4 as strictly as it is written down, and fails at whatever is not in it. */
function parse(text: string): Map<string, Metric> {
  assert.ok(text.endsWith("\n"), "the last line ends");
  const metrics = new Map<string, Metric>();
  const series = new Set<string>();
  let current = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment !== null) {
      const [, kind, name = "", rest = ""] = comment;
      if (kind === "HELP") {
        assert.ok(!metrics.has(name), `${name} comes once`);
        assert.doesNotMatch(rest, /\\(?![\\n])/);
        metrics.set(name, { help: rest, type: "", samples: [] });
      } else {
        assert.equal(
          metrics.get(name)?.samples.length,
          0,
          "the type comes after the help and before the samples",
        );
        assert.match(rest, /^(counter|gauge|histogram|summary|untyped)$/);
        Object.assign(metrics.get(name) ?? {}, { type: rest });
      }
      current = name;
      continue;
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{(.*)\} (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(line);
    assert.ok(sample !== null, `no sample: ${JSON.stringify(line)}`);
    const [, name = "", labels = "", value = ""] = sample;
    assert.equal(name, current, "the samples of a metric stand together");
    assert.ok(!series.has(`${name}{${labels}}`), `${line} comes once`);
    series.add(`${name}{${labels}}`);
    metrics.get(name)?.samples.push({ labels: parseLabels(labels), value: Number(value) });
  }
  return metrics;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;
  while (label.lastIndex < text.length) {
    const at = label.lastIndex;
    const found = label.exec(text);
    assert.ok(found !== null, `no label at ${text.slice(at)}`);
    const [, name = "", value = ""] = found;
    assert.ok(!(name in labels), `${name} comes once`);
    labels[name] = value.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
  }
  return labels;
}

function certificate(name: string, more: Partial<CertificateStatus> = {}): CertificateStatus {
  return {
    id: `cert_${name}`,
    name,
    subject: "CN=a",
    issuer: "CN=b",
    serialNumber: "0a1b",
    validFrom: "2026-01-01T00:00:00Z",
    validTo: "2026-12-31T00:00:00Z",
    environments: ["production"],
    createdOn: "2026-01-02T00:00:00Z",
    updatedOn: "2026-01-02T00:00:00Z",
    daysLeft: 100,
    expiring: false,
    variables: [],
    deployments: [],
    ...more,
  };
}

function metricsOf(more: Partial<Status>): Map<string, Metric> {
  const status: Status = {
    account: "acme",
    project: "gateway",
    certificates: [],
    unreadEnvironments: [],
    rotations: [],
    ...more,
  };
  return parse(`${formatPrometheus(status).join("\n")}\n`);
}

const place = { account: "acme", project: "gateway" };

describe("the metrics of a status", () => {
  it("say of each certificate when it expires, where it is enabled, and who uses it", () => {
    const use = { name: "A", environment: "main", branch: "main" };
    const held = { name: "gateway-main", isWorkingCopy: false };
    const metrics = metricsOf({
      certificates: [certificate("backend", { variables: [use, use], deployments: [held] })],
    });
    const own = { ...place, certificate: "backend" };
    const one = (value: number) => [{ labels: own, value }];
    assert.deepEqual(
      Object.fromEntries(
        [...metrics].map(([name, { samples }]) => [name.replace("zuplo_mtls_", ""), samples]),
      ),
      {
        certificate_info: [
          { labels: { ...own, id: "cert_backend", serial_number: "0a1b", lineage: "" }, value: 1 },
        ],
        certificate_not_before_timestamp_seconds: one(Date.UTC(2026, 0, 1) / 1000),
        certificate_not_after_timestamp_seconds: one(Date.UTC(2026, 11, 31) / 1000),
        certificate_expired: one(0),
        certificate_enabled: ["development", "preview", "production"].map(type => ({
          labels: { ...own, environment_type: type },
          value: Number(type === "production"),
        })),
        certificate_deployments: one(1),
        certificate_variables: one(2),
        unread_environments: [{ labels: place, value: 0 }],
      },
    );
    for (const { type } of metrics.values()) assert.equal(type, "gauge");
  });

  it("leave out a date that cannot be read, and take the certificate for an expired one", () => {
    const metrics = metricsOf({ certificates: [certificate("a", { validTo: "soon", daysLeft: null })] });
    assert.equal(metrics.get("zuplo_mtls_certificate_not_after_timestamp_seconds"), undefined);
    assert.deepEqual(metrics.get("zuplo_mtls_certificate_expired")?.samples[0]?.value, 1);
  });

  it("say of each lineage whether a rotation is under way, since when, and how many branches are left", () => {
    const response = (name: string, day: number) =>
      certificateResponse.parse({
        id: name,
        name,
        certificateInfo: { subject: "", issuer: "", validFrom: "", validTo: "", serialNumber: "" },
        environments: { production: true },
        createdOn: new Date(Date.UTC(2026, 4, day)).toISOString(),
      });
    const names = ["backend_8d80aaaaaaaa", "backend_8d80bbbbbbbb"];
    const certificates = names.map((name, index) => response(name, index + 1));
    const environment = { branchName: undefined, environmentType: undefined, createdOn: undefined };
    const told = (value: string | undefined) => ({
      values: new Map(Object.entries({ A: value ?? "" })),
      masked: [],
      secret: [],
      doubtful: new Map(),
      empty: [],
    });
    const environments = [
      { environment: { ...environment, name: "main" }, told: told(names[0]) },
      { environment: { ...environment, name: "other" }, told: told("else") },
    ];
    const metrics = metricsOf({
      certificates: [...names, "ledger_91c2aaaaaaaa"].map(name => certificate(name)),
      rotations: rotationsOf({ certificates, deployments: [], environments }, Date.now()),
    });
    const valuesOf = (name: string) =>
      metrics.get(`zuplo_mtls_rotation_${name}`)?.samples.map(({ labels, value }) => [labels.lineage, value]);
    assert.deepEqual(valuesOf("under_way"), [
      ["backend_8d80", 1],
      ["ledger_91c2", 0],
    ]);
    assert.deepEqual(valuesOf("started_timestamp_seconds"), [["backend_8d80", Date.UTC(2026, 4, 2) / 1000]]);
    assert.deepEqual(valuesOf("branches_left"), [["backend_8d80", 1]]);
  });

  it("are well-formed whatever the texts by others hold, and no text makes a line or a label of its own", () => {
    const texts = [
      'a"} 1\nzuplo_forged{x="',
      "back\\slash\\",
      'quote"',
      "\\n",
      "line\r\nend\u2028\u2029\u0085",
      "\u001b[31m\u009b\u202e\u0000",
      "# HELP forged x",
      "",
      "ünï 🔒",
    ];
    const secret = "s3cret-of-somebody";
    keepSecret(secret);
    const certificates = [...texts, ...texts, `a-${secret}`].map(text =>
      certificate(text, { id: text, serialNumber: text }),
    );
    const metrics = metricsOf({ account: texts[0] ?? "", project: texts[1] ?? "", certificates });
    assert.equal(metrics.get("zuplo_forged"), undefined);
    const infos = metrics.get("zuplo_mtls_certificate_info")?.samples ?? [];
    assert.ok(infos.some(({ labels }) => labels.certificate === "back\\slash\\"));
    assert.ok(infos.some(({ labels }) => labels.certificate === 'quote"'));
    assert.ok(infos.some(({ labels }) => labels.certificate === "\\n"));
    assert.ok(infos.some(({ labels }) => labels.certificate === "ünï 🔒"));
    const values = [...metrics.values()].flatMap(({ samples }) =>
      samples.flatMap(({ labels }) => Object.values(labels)),
    );
    for (const value of values) {
      assert.doesNotMatch(value, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      assert.ok(!value.includes(secret));
    }
  });
});

describe("pulumi-zuplo status --format", () => {
  let setup: Setup;
  let env: Record<string, string>;
  beforeEach(async () => {
    setup = await setUp();
    env = settingsOf(setup.emulator);
    const { upload, emulator, point } = setup;
    await upload("backend_8d80aaaaaaaa", await emulator.authority.issue());
    await point("main", "backend_8d80aaaaaaaa");
  });
  afterEach(() => setup.emulator.stop());

  it("prometheus gives the metrics alone, and keeps the exit codes", async () => {
    const good = await cli(["status", "--format", "prometheus"], { env });
    assert.equal(good.code, 0);
    assert.equal(good.stderr, "");
    const metrics = parse(good.stdout);
    assert.equal(metrics.get("zuplo_mtls_certificate_variables")?.samples[0]?.value, 1);
    assert.equal(metrics.get("zuplo_mtls_rotation_under_way")?.samples[0]?.value, 0);
    const expiring = await cli(["status", "--format", "prometheus", "--within", "3650d"], { env });
    assert.equal(expiring.code, 2);
    assert.equal(expiring.stdout, good.stdout);
    const refused = await cli(["status", "--format", "prometheus"], {
      env: { ...env, ZUPLO_API_KEY: "wrong" },
    });
    assert.equal(refused.code, 1);
    assert.equal(refused.stdout, "");
  });

  it("prometheus stays well-formed where Zuplo's answers are hostile", async () => {
    const evil = 'a"} 1\nforged{x="\\';
    const body = {
      data: [
        {
          id: evil,
          name: evil,
          certificateInfo: {
            subject: evil,
            issuer: evil,
            validFrom: evil,
            validTo: evil,
            serialNumber: evil,
          },
          environments: { preview: true },
        },
      ],
    };
    const kind: CallKind = "certificate.list";
    setup.emulator.onCall(spoil(call => call.kind === kind, { status: 200, body }, 9));
    const { stdout } = await cli(["status", "--format", "prometheus"], { env });
    const info = parse(stdout).get("zuplo_mtls_certificate_info")?.samples[0];
    assert.equal(info?.labels.certificate, 'a"} 1 forged{x="\\');
  });

  it("json is --json, which stays; both are refused where they do not agree", async () => {
    const [long, short] = await Promise.all([
      cli(["status", "--format", "json"], { env }),
      cli(["status", "--json"], { env }),
    ]);
    assert.equal(long.stdout, short.stdout);
    assert.deepEqual((JSON.parse(long.stdout) as Status).rotations, []);
    const refused = await cli(["status", "--format", "json"], { env: { ...env, ZUPLO_API_KEY: "wrong" } });
    assert.match(JSON.parse(refused.stdout).code, /^ZUPLO\d{4}$/);
    for (const args of [
      ["--json", "--format", "prometheus"],
      ["--format", "xml"],
    ]) {
      const { code, stderr } = await cli(["status", ...args], { env });
      assert.equal(code, 64);
      assert.match(stderr, /\[ZUPLO1503\]/);
    }
  });

  it("has every metric that the guide's alert rules ask for", async () => {
    await setup.upload("backend_8d80bbbbbbbb", await setup.emulator.authority.issue());
    const { stdout } = await cli(["status", "--format", "prometheus"], { env });
    const blocks = blocksOf("docs/guides/expiry-alerts.md").filter(({ text }) => text.startsWith("groups:"));
    const rules = blocks.flatMap(({ text }) =>
      (parseYaml(text) as Rules).groups.flatMap(group => group.rules),
    );
    assert.equal(rules.length, 5);
    const asked = rules.flatMap(({ expr }) => expr.match(/zuplo_\w+/g) ?? []);
    assert.ok(new Set(asked).size >= 5);
    const metrics = parse(stdout);
    for (const name of asked) assert.ok(metrics.has(name), name);
  });
});
