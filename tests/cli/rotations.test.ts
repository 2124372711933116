import assert from "node:assert/strict";
import type { RotationStep } from "../../cli/nextSteps";
import type { EnvironmentReading } from "../../cli/rotationBranches";
import { type Rotation, rotationsOf } from "../../cli/rotations";
import { formatRotation } from "../../cli/rotationText";
import { type StackExport, stackOf } from "../../cli/stackExport";
import {
  type CertificateResponse,
  certificateResponse,
  type DeploymentResponse,
  deploymentResponse,
  type EnvironmentType,
} from "../../provider/api/responses";
import { asVariables } from "../../provider/rotation/variables";
import { blocksOf } from "../docs/blocks";

const old = "backend_prod_8d80aaaaaaaa";
const fresh = "backend_prod_8d80bbbbbbbb";
const now = Date.parse("2026-05-10T12:00:00Z");

/** A day of May. */
const on = (day: number) => new Date(Date.UTC(2026, 4, day)).toISOString();

function certificate(
  name: string,
  types: readonly EnvironmentType[],
  createdOn: string | undefined,
  updatedOn = createdOn,
): CertificateResponse {
  const is = (type: EnvironmentType) => types.includes(type);
  return certificateResponse.parse({
    id: `cert_${name}`,
    name,
    certificateInfo: {
      subject: "CN=a",
      issuer: "CN=b",
      validFrom: on(1),
      validTo: on(30),
      serialNumber: "01",
    },
    environments: { development: is("development"), preview: is("preview"), production: is("production") },
    createdOn,
    updatedOn,
  });
}

function deployment(
  branch: string,
  type: string,
  updatedOn: string | undefined,
  more = {},
): DeploymentResponse {
  return deploymentResponse.parse({
    name: `gateway-${branch}`,
    branchName: branch,
    environmentType: type,
    state: "STARTED",
    updatedOn,
    ...more,
  });
}

function reading(branch: string, told: Record<string, string> | "refused" | "unread"): EnvironmentReading {
  const environment = {
    name: `gateway-${branch}`,
    branchName: branch,
    environmentType: undefined,
    createdOn: undefined,
  };
  if (told === "refused")
    return { environment, told: undefined, missingRight: "read the variables of the project" };
  return { environment, told: told === "unread" ? undefined : asVariables(told) };
}

/** Two generations of one lineage for both types; the old one is disabled for what `disabled` says, on that day. */
function generations(disabled: readonly EnvironmentType[] = [], day = 1): CertificateResponse[] {
  const types = (["preview", "production"] as const).filter(type => !disabled.includes(type));
  return [certificate(old, types, on(1), on(day)), certificate(fresh, ["preview", "production"], on(5))];
}

function only(rotations: readonly Rotation[]): Rotation {
  assert.equal(rotations.length, 1);
  return rotations[0] ?? assert.fail();
}

function rotation(
  deployments: readonly DeploymentResponse[],
  environments: readonly EnvironmentReading[],
  certificates = generations(),
  stack?: StackExport,
): Rotation {
  return only(rotationsOf({ certificates, deployments, environments }, now, stack));
}

const held = ({ branches }: Rotation, branch = "main") =>
  branches
    .find(row => row.branch === branch)
    ?.holds.map(({ certificate: name, isCertain }) => (name === old ? "old" : "new") + (isCertain ? "" : "?"))
    .join();

const inWords = (steps: readonly RotationStep[] = []) =>
  steps.map(step => {
    const what = "certificate" in step ? (step.certificate === old ? "old" : "new") : "";
    const where = "environmentType" in step ? step.environmentType : "branch" in step ? step.branch : "";
    return `${step.isCertain ? "" : "perhaps "}${step.action} ${what}${what && where ? " " : ""}${where}`.trim();
  });

describe("the rotations of a project", () => {
  it("are none where each lineage has one certificate, or none is of a lineage", () => {
    const names = [
      "backend",
      "backend_202601150930",
      "backend_202601150931",
      old,
      "ledger_prod_91c25b0f77aa",
    ];
    const certificates = names.map(name => certificate(name, ["production"], on(1)));
    assert.deepEqual(rotationsOf({ certificates, deployments: [], environments: [] }, now), []);
  });

  it("are one for each lineage, by its name, with the certificate that was uploaded last as the new one", () => {
    const names: [string, number][] = [
      [old, 1],
      ["ledger_91c2aaaaaaaa", 3],
      [fresh, 5],
      ["ledger_91c2cccccccc", 1],
      ["ledger_91c2bbbbbbbb_2", 2],
    ];
    const certificates = names.map(([name, day]) => certificate(name, ["production"], on(day)));
    const found = rotationsOf({ certificates, deployments: [], environments: [] }, now);
    assert.deepEqual(
      found.map(({ lineage, newCertificate, oldCertificates }) => [
        lineage,
        newCertificate.name,
        ...oldCertificates.map(({ name }) => name),
      ]),
      [
        ["backend_prod_8d80", fresh, old],
        ["ledger_91c2", "ledger_91c2aaaaaaaa", "ledger_91c2bbbbbbbb_2", "ledger_91c2cccccccc"],
      ],
    );
  });

  const cases: [string, string | undefined, DeploymentResponse, CertificateResponse[]][] = [
    ["before the new one: the old one", "old", deployment("main", "PRODUCTION", on(3)), generations()],
    [
      "after both, which are enabled: both",
      "old,new",
      deployment("main", "PRODUCTION", on(6)),
      generations(),
    ],
    [
      "after the old one was disabled: the new one",
      "new",
      deployment("main", "PRODUCTION", on(8)),
      generations(["production"], 7),
    ],
    [
      "between the two, and the old one is disabled since: perhaps the old one",
      "old?,new",
      deployment("main", "PRODUCTION", on(6)),
      generations(["production"], 7),
    ],
    [
      "before the old one was changed for another type: perhaps the old one",
      "old?",
      deployment("main", "PRODUCTION", on(3)),
      generations(["preview"], 7),
    ],
    ["before both: neither", undefined, deployment("main", "PRODUCTION", on(0)), generations()],
    [
      "that has failed: nobody knows of the build before",
      "old?,new?",
      deployment("main", "PRODUCTION", on(6), { state: "ERROR" }),
      generations(),
    ],
    [
      "that is being built: nobody knows either",
      "old?,new?",
      deployment("main", "PRODUCTION", on(6), { state: "DEPLOYING" }),
      generations(),
    ],
    [
      "at an unknown time: nobody knows",
      "old?,new?",
      deployment("main", "PRODUCTION", undefined),
      generations(),
    ],
    ["of an unknown type: nobody knows", "old?,new?", deployment("main", "", on(6)), generations()],
    [
      "at the very moment of the change: nobody knows",
      "old,new?",
      deployment("main", "PRODUCTION", on(5)),
      generations(),
    ],
    [
      "when neither was enabled for its type: neither",
      undefined,
      deployment("main", "DEVELOPMENT", on(6)),
      generations(),
    ],
  ];
  for (const [title, expected, deployed, certificates] of cases) {
    it(`tell what a deployment has that was made ${title}`, () => {
      assert.equal(held(rotation([deployed], [reading("main", {})], certificates)), expected);
    });
  }

  it("tell what each branch names, also where it has no deployment, and in more than one variable", () => {
    const { branches } = rotation(
      [deployment("main", "PRODUCTION", on(3))],
      [
        reading("main", { A: old, B: fresh, C: "else" }),
        reading("gone", { A: old }),
        reading("none", { A: "x" }),
      ],
    );
    assert.deepEqual(
      branches.map(({ branch, variables, variablesRead, deployment }) => ({
        branch,
        variables: variables.map(({ name, certificate }) => `${name} ${certificate}`),
        variablesRead,
        deployment,
      })),
      [
        { branch: "gone", variables: [`A ${old}`], variablesRead: "all", deployment: undefined },
        {
          branch: "main",
          variables: [`A ${old}`, `B ${fresh}`],
          variablesRead: "all",
          deployment: "gateway-main",
        },
      ],
    );
  });

  it("know what comes next: everything, where only the upload was done", () => {
    const { next, nextFromStart, inTheWay } = rotation(
      [deployment("staging", "PREVIEW", on(3)), deployment("main", "PRODUCTION", on(3))],
      [reading("staging", { A: old }), reading("main", { A: old })],
    );
    const steps = [
      "setVariable main",
      "setVariable staging",
      "disable old preview",
      "disable old production",
      "redeploy main",
      "redeploy staging",
      "delete old",
    ];
    assert.deepEqual(inWords(next), steps);
    assert.deepEqual(
      inWords(nextFromStart).filter(step => !step.startsWith("perhaps")),
      ["upload", ...steps],
    );
    assert.deepEqual(
      inTheWay.map(({ kind, isCertain }) => [kind, isCertain]),
      [
        ["variable", false],
        ["variable", false],
      ],
    );
  });

  it("know what comes next: perhaps nothing, where all is done but the deletion", () => {
    const { next } = rotation(
      [deployment("main", "PRODUCTION", on(8))],
      [reading("main", { A: fresh })],
      generations(["preview", "production"], 7),
    );
    assert.deepEqual(inWords(next), ["perhaps redeploy main", "perhaps delete old"]);
  });

  it("are sure of nothing that an old certificate of the last hour is for", () => {
    const certificates = [
      certificate(old, ["production"], new Date(now - 60_000).toISOString()),
      certificate(fresh, ["production"], new Date(now - 1000).toISOString()),
    ];
    const { next } = rotation(
      [deployment("main", "PRODUCTION", new Date(now - 30_000).toISOString())],
      [reading("main", { A: old })],
      certificates,
    );
    assert.deepEqual(inWords(next), [
      "setVariable main",
      "perhaps disable old production",
      "redeploy main",
      "perhaps delete old",
    ]);
  });

  it("say what could not be read, and which right is missing", () => {
    const { branches, next, inTheWay } = rotation(
      [
        deployment("main", "PRODUCTION", on(3)),
        deployment("staging", "PREVIEW", on(3)),
        deployment("pr-1", "PREVIEW", on(3)),
        deployment("pr-2", "PREVIEW", on(3)),
      ],
      [
        reading("main", { A: old, TOKEN: "***" }),
        reading("staging", "refused"),
        reading("pr-1", { TOKEN: "***" }),
      ],
    );
    assert.deepEqual(
      branches.map(({ branch, variablesRead }) => `${branch} ${variablesRead}`),
      ["main some", "pr-1 some", "pr-2 none", "staging none"],
    );
    assert.deepEqual(
      inTheWay.filter(({ kind }) => kind === "unread"),
      [
        { kind: "unread", branch: "pr-1", isCertain: false },
        { kind: "unread", branch: "pr-2", isCertain: false },
        {
          kind: "unread",
          branch: "staging",
          missingRight: "read the variables of the project",
          isCertain: false,
        },
      ],
    );
    assert.deepEqual(inWords(next), [
      "setVariable main",
      "perhaps setVariable pr-1",
      "perhaps setVariable pr-2",
      "perhaps setVariable staging",
      "perhaps disable old preview",
      "perhaps disable old production",
      "redeploy main",
      "perhaps redeploy pr-1",
      "perhaps redeploy pr-2",
      "perhaps redeploy staging",
      "perhaps delete old",
    ]);
  });

  it("say who is in the way: a working copy, a deployment that only has it, a type that is not seen", () => {
    const copy = { name: "gateway-copy", environmentType: "WORKING_COPY", label: "ada" };
    const { next, inTheWay, workingCopies } = rotation(
      [
        deployment("staging", "PREVIEW", on(8)),
        deployment("pr-7", "PREVIEW", on(3)),
        deployment("main", "", on(3), copy),
      ],
      [reading("staging", { A: fresh }), reading("pr-7", {})],
      [
        certificate(old, ["development", "preview", "production"], on(1)),
        certificate(fresh, ["preview", "production"], on(5)),
      ],
    );
    assert.deepEqual(workingCopies, [
      {
        deployment: "gateway-copy",
        branch: "main",
        label: "ada",
        holds: [{ certificate: old, isCertain: true }],
      },
    ]);
    assert.deepEqual(inTheWay, [
      {
        kind: "workingCopy",
        certificate: old,
        deployment: "gateway-copy",
        branch: "main",
        label: "ada",
        isCertain: true,
      },
      { kind: "deployment", certificate: old, deployment: "gateway-pr-7", branch: "pr-7", isCertain: false },
      { kind: "unseen", certificate: old, environmentType: "production", isCertain: false },
    ]);
    assert.ok(!inWords(next).some(step => step.includes("delete")));
  });

  describe("with a stack", () => {
    const resource = (type: string, id: string, outputs: object, more = {}) => ({
      type: `zuplo:index:${type}`,
      urn: `urn:pulumi:prod::shop::zuplo:index:${type}::${type === "MtlsCertificate" ? "backend" : id}`,
      id,
      inputs: {},
      outputs,
      ...more,
    });
    const stack = (...resources: object[]) => stackOf({ deployment: { resources } });
    const stored = resource("MtlsCertificate", `cert_${fresh}`, { name: fresh });
    const variable = (branch: string) => resource("EnvironmentVariable", branch, { branch, name: "A" });

    it("know certificates of fixed names, and which of them waits for its deletion", () => {
      const certificates = [
        certificate("backend_2026", ["production"], on(5)),
        certificate("backend_2025", ["production"], on(1)),
        certificate("other", ["production"], on(1)),
      ];
      const held = stack(
        resource("MtlsCertificate", "cert_backend_2025", { name: "backend_2025" }),
        resource("MtlsCertificate", "cert_backend_2026", { name: "backend_2026" }, { delete: true }),
      );
      const found = only(rotationsOf({ certificates, deployments: [], environments: [] }, now, held));
      assert.equal(found.lineage, "backend");
      assert.equal(found.newCertificate.name, "backend_2025");
      assert.deepEqual(
        found.oldCertificates.map(({ name }) => name),
        ["backend_2026"],
      );
    });

    it("know which branches are the stack's, and whose variable is in the way", () => {
      const { next, nextFromStart, inTheWay } = rotation(
        [deployment("main", "PRODUCTION", on(3)), deployment("pr-7", "PREVIEW", on(3))],
        [reading("main", { A: old, TOKEN: "***" }), reading("pr-7", { A: old })],
        generations(),
        stack(stored, variable("main")),
      );
      assert.deepEqual(inWords(next), ["setVariable main", "disable old production", "redeploy main"]);
      assert.equal(nextFromStart, undefined);
      assert.deepEqual(inTheWay, [
        { kind: "variable", certificate: old, variable: "A", branch: "pr-7", isCertain: true },
      ]);
    });

    it("know that a variable that the stack has renamed stays as it is, and is in the way", () => {
      // given a stack that sets A by now, and a branch whose B still names the old certificate
      const { next, inTheWay } = rotation(
        [deployment("main", "PRODUCTION", on(6))],
        [reading("main", { A: fresh, B: old })],
        generations(),
        stack(
          stored,
          variable("main"),
          resource("Redeployment", "gateway-main", {
            deployment: "gateway-main",
            __memory: { build: { deployedOn: on(6), bound: [`cert_${fresh}`], released: [], ids: {} } },
          }),
        ),
      );
      // then nothing that a run would do for certain
      assert.deepEqual(
        inWords(next).filter(step => !step.startsWith("perhaps")),
        [],
      );
      assert.deepEqual(
        inTheWay.filter(({ kind }) => kind === "variable"),
        [{ kind: "variable", certificate: old, variable: "B", branch: "main", isCertain: true }],
      );
    });

    it("take a branch for the stack's only by the variable that names a certificate, or by its redeployment", () => {
      const of = (outputs: object, told: Record<string, string> | "unread", ...more: object[]) =>
        rotation(
          [deployment("main", "PRODUCTION", on(3))],
          [reading("main", told)],
          generations(),
          stack(stored, resource("EnvironmentVariable", "v", outputs), ...more),
        ).branches[0]?.isOfStack;
      const built = resource("Redeployment", "gateway-main", {
        __memory: { build: { deployedOn: on(2), bound: [], released: [], ids: {} } },
      });
      assert.equal(of({ branch: "main", name: "A", value: old }, { A: old }), true);
      assert.equal(of({ branch: "main", name: "B", value: old }, { A: old }), false);
      assert.equal(of({ branch: "main", name: "B", value: old }, "unread"), true);
      assert.equal(of({ branch: "main", name: "URL", value: "https://a.test" }, "unread"), false);
      assert.equal(of({ branch: "main", name: "A", value: "backend_prod_8d80cccccccc" }, "unread"), true);
      assert.equal(of({ branch: "main", name: "SECRET", value: { sealed: true } }, "unread"), true);
      assert.equal(of({ branch: "else", name: "A", value: old }, {}), false);
      assert.equal(of({ branch: "else", name: "A", value: old }, {}, built), true);
    });

    it("know that the upload was not stored, and is done once more", () => {
      const { next } = rotation(
        [deployment("main", "PRODUCTION", on(3))],
        [reading("main", { A: old })],
        generations(),
        stack(resource("MtlsCertificate", `cert_${old}`, { name: old }), variable("main")),
      );
      assert.deepEqual(
        inWords(next).filter(step => !step.startsWith("perhaps")),
        // The old one is enabled for preview, too, of which nothing is seen: it may stay.
        ["upload", "setVariable main", "disable old production", "redeploy main"],
      );
    });

    it("know what its last builds have bound, as long as nobody has built since", () => {
      const build = { deployedOn: on(6), bound: [`cert_${fresh}`], released: [`cert_${old}`], ids: {} };
      const of = (updatedOn: string) =>
        rotation(
          [deployment("main", "PRODUCTION", updatedOn)],
          [reading("main", { A: fresh })],
          generations(["production"], 7),
          stack(
            stored,
            variable("main"),
            resource("Redeployment", "gateway-main", { deployment: "gateway-main", __memory: { build } }),
          ),
        );
      assert.equal(held(of(on(6))), "new");
      assert.deepEqual(inWords(of(on(6)).next), ["perhaps disable old preview", "perhaps delete old"]);
      assert.equal(held(of(new Date(Date.parse(on(6)) + 1).toISOString())), "old?,new");
    });
  });
});

describe("a rotation in words", () => {
  const text = (found: Rotation) =>
    formatRotation(found).map(line =>
      typeof line === "string"
        ? line
        : line.map(part => (typeof part === "string" ? part : part.text)).join(""),
    );

  it("says how far it is, what comes next, and what is in the way, as the guide shows it", () => {
    const copy = { name: "gateway-copy", environmentType: "WORKING_COPY", label: "ada" };
    const found = rotation(
      [
        deployment("dev", "PREVIEW", on(8)),
        deployment("staging", "PREVIEW", on(3)),
        deployment("main", "PRODUCTION", on(3)),
        deployment("pr-7", "PREVIEW", on(3)),
        deployment("main", "", on(3), copy),
      ],
      [
        reading("dev", { BACKEND_MTLS_CERT: fresh }),
        reading("staging", { BACKEND_MTLS_CERT: fresh }),
        reading("main", { BACKEND_MTLS_CERT: old }),
        reading("pr-7", "refused"),
      ],
      [
        certificate(old, ["development", "production"], on(1), on(7)),
        certificate(fresh, ["preview", "production"], on(5)),
      ],
    );
    const [shown = assert.fail()] = blocksOf("docs/guides/stuck-certificates.md").filter(({ text }) =>
      text.startsWith("Rotation under way"),
    );
    assert.equal(`${text(found).join("\n")}\n`, shown.text);
  });

  it("speaks of the stack where one was given", () => {
    const stack = stackOf({ deployment: { resources: [] } });
    const lines = text(rotation([], [], generations(), stack));
    assert.ok(lines.includes("  The next `pulumi up` of this stack"), lines.join("\n"));
    assert.ok(lines.includes("    uploads new once more"), lines.join("\n"));
    assert.ok(!lines.some(line => line.includes("If its state")), lines.join("\n"));
  });

  it("numbers several old ones, and lets texts by others make no line of their own", () => {
    const certificates = [
      certificate("a_8d80aaaaaaaa", ["production"], on(1)),
      certificate("a_8d80bbbbbbbb", ["production"], on(2)),
      certificate("a_8d80cccccccc", ["production"], on(3)),
    ];
    const evil = "pr\n  In the way\u001b[31m";
    const lines = text(
      rotation(
        [deployment(evil, "PRODUCTION", on(3))],
        [reading(evil, { "A\nB": "a_8d80aaaaaaaa", C: "a_8d80bbbbbbbb" })],
        certificates,
      ),
    );
    assert.ok(
      lines.some(line => /A B +old 2 /.test(line)),
      lines.join("\n"),
    );
    assert.ok(
      lines.some(line => /^ +C +old 1$/.test(line)),
      lines.join("\n"),
    );
    assert.deepEqual(
      lines.filter(line => line.includes("\n") || line.includes("\u001b")),
      [],
    );
  });
});
