import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import { type Authority, createAuthority } from "../../emulator/pki";
import { directoryOnPath } from "../../scripts/engine/files";
import { cli, type Printed } from "../cli/capture";
import { blocksOf, read, root } from "./blocks";

const workflows = "docs/guides/workflows";
const page = "docs/guides/renewing-without-a-person.md";
const guide = read(page);

describe("the scripts of the guide on renewing without a person", () => {
  let folder: string;
  let authority: Authority;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-renewing-"));
    authority = await (await createAuthority()).intermediate("Issuing CA");
    await mkdir(join(folder, "bin"));
    for (const name of await readdir(join(root, workflows)))
      if (name.endsWith(".sh")) await cp(join(root, workflows, name), join(folder, name));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Puts a program of this name first on PATH. */
  async function stub(name: string, script: string): Promise<void> {
    const file = join(folder, "bin", name);
    await writeFile(file, `#!/bin/bash\n${script}\n`);
    await chmod(file, 0o755);
  }

  const run = (args: string[], env: Record<string, string> = {}) =>
    new Promise<Printed>(done => {
      const PATH = `${join(folder, "bin")}${delimiter}${process.env.PATH}`;
      const options = { cwd: folder, env: { ...process.env, PATH, BASH_ENV: "", ...env } };
      execFile("sh", args, options, (error, stdout, stderr) =>
        done({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
      );
    });

  describe("renew.sh", () => {
    const loop = async (due: number, env: Record<string, string> = {}, command = ["echo", "renewed"]) => {
      await stub("npx", `[ "$*" = "pulumi-zuplo renew-due client.pem --before 30%" ] && exit ${due}`);
      await stub("pulumi", 'echo "pulumi $1"');
      return run(["renew.sh", ...command], env);
    };

    it("renews what is due, and brings it up", async () => {
      const { code, stdout } = await loop(2);
      assert.deepEqual([code, stdout], [0, "renewed\npulumi up\n"]);
    });

    it("brings up what is not due, so that a killed run is finished", async () => {
      const { code, stdout } = await loop(0);
      assert.deepEqual([code, stdout], [0, "pulumi up\n"]);
    });

    it("does nothing where it is not known whether the certificate is due", async () => {
      for (const unknown of [1, 127]) {
        const { code, stdout } = await loop(unknown);
        assert.deepEqual([code, stdout], [unknown, ""]);
      }
    });

    it("brings nothing up where the renewal failed", async () => {
      const { code, stdout } = await loop(2, {}, ["false"]);
      assert.deepEqual([code, stdout], [1, ""]);
    });

    it("takes away a lock only where it is told to", async () => {
      const { code, stdout } = await loop(0, { UNLOCK: "yes" });
      assert.deepEqual([code, stdout], [0, "pulumi cancel\npulumi up\n"]);
    });
  });

  describe("issue a certificate with its key, for their owner only:", () => {
    const needs = (context: Mocha.Context, program: string) => {
      if (directoryOnPath(program, process.env.PATH) === undefined) context.skip();
    };

    /** What an earlier run has left. */
    const leaveOld = async () => {
      const { chain, privateKey } = await authority.issue();
      await writeFile(join(folder, "client.pem"), chain);
      await writeFile(join(folder, "client-key.pem"), privateKey, { mode: 0o600 });
      return chain;
    };

    const assertIssued = async (issued: Printed) => {
      assert.equal(issued.code, 0, issued.stderr);
      const [pem, key] = [join(folder, "client.pem"), join(folder, "client-key.pem")];
      const checked = await cli(["check", pem, key]);
      assert.match(checked.stdout, /^private key {4}belongs to the certificate$/m);
      assert.match(checked.stdout, /^chain {10}.*CN=Issuing CA, /m);
      assert.equal(checked.stderr, "");
      assert.equal((await stat(key)).mode & 0o077, 0);
      const [, body = ""] = (await readFile(key, "utf8")).split("\n");
      assert.ok(!(issued.stdout + issued.stderr).includes(body));
      const left = (await readdir(folder)).filter(name => /\.(new|csr|json)$/.test(name));
      assert.deepEqual(left, []);
    };

    it("issue-vault.sh", async function () {
      needs(this, "jq");
      // given
      const old = await leaveOld();
      const { certificate, chain, privateKey } = await authority.issue();
      const data = { certificate, ca_chain: [chain.slice(certificate.length)], private_key: privateKey };
      await writeFile(join(folder, "issued.txt"), JSON.stringify({ data }));
      await stub("vault", "cat issued.txt");
      // then
      await assertIssued(await run(["issue-vault.sh"]));
      assert.notEqual(await readFile(join(folder, "client.pem"), "utf8"), old);
    });

    it("issue-aws-private-ca.sh", async function () {
      needs(this, "openssl");
      // given
      const { certificate, privateKey, chain } = await authority.export();
      await writeFile(join(folder, "ca.pem"), certificate);
      await writeFile(join(folder, "ca-key.pem"), privateKey);
      await writeFile(join(folder, "chain.pem"), chain);
      await writeFile(join(folder, "client.ext"), "extendedKeyUsage = clientAuth\n");
      const sign =
        "openssl x509 -req -in client.csr -CA ca.pem -CAkey ca-key.pem -set_serial 0x4a11 -days 7 -extfile client.ext -out leaf.pem 2> /dev/null";
      await stub(
        "aws",
        `case $2 in
  issue-certificate) ${sign} && echo arn:aws:acm-pca:one ;;
  wait) ;;
  get-certificate) cat leaf.pem chain.pem ;;
esac`,
      );
      // then
      await assertIssued(await run(["issue-aws-private-ca.sh"], { CA_ARN: "arn:aws:acm-pca:authority" }));
      const { subject } = new X509Certificate(await readFile(join(folder, "client.pem")));
      assert.equal(subject, "CN=gateway");
    });

    for (const [script, program] of [
      ["issue-step-ca.sh", "step"],
      ["issue-vault.sh", "vault"],
      ["issue-aws-private-ca.sh", "aws"],
    ] as const) {
      it(`${script} leaves the old pair where the authority refuses`, async () => {
        // given
        const old = await leaveOld();
        await stub(program, "echo refused >&2; exit 5");
        // when
        const { code } = await run([script], { CA_ARN: "arn", STEP_PASSWORD_FILE: "password" });
        // then
        assert.notEqual(code, 0);
        assert.equal(await readFile(join(folder, "client.pem"), "utf8"), old);
        assert.deepEqual(
          (await readdir(folder)).filter(name => /\.(new|csr)$/.test(name)),
          [],
        );
      });
    }
  });
});

describe("the output that the guide on renewing without a person shows", () => {
  it("is that of a certificate of which six days in thirty are left", async () => {
    // given
    const dayMs = 24 * 60 * 60 * 1000;
    const [notBefore, notAfter] = [-24 * dayMs, 6 * dayMs + 30_000].map(ms => new Date(Date.now() + ms));
    const { chain } = await (await createAuthority()).issue({ notBefore, notAfter });
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-renewing-"));
    await writeFile(join(folder, "client.pem"), chain);
    // when
    const { stdout } = await cli(["renew-due", join(folder, "client.pem"), "--before", "30%"]);
    await rm(folder, { recursive: true });
    // then
    const [shown] = blocksOf(page).filter(({ language }) => language === "text");
    const sameEveryDay = (text = "") => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, "DATE");
    assert.equal(sameEveryDay(stdout.replace(`${folder}/`, "")), sameEveryDay(shown?.text));
  });
});

interface Workflow {
  on: { schedule: { cron: string }[] };
  concurrency: { group: string; "cancel-in-progress": boolean };
  permissions: object;
  env?: object;
  jobs: Record<
    string,
    {
      environment?: string;
      env?: object;
      steps: { uses?: string; run?: string; env?: Record<string, string>; with?: object }[];
    }
  >;
}

describe("the workflow of the guide on renewing without a person", () => {
  const workflow = parse(read(`${workflows}/renew.yml`)) as Workflow;
  const previews = parse(read(`${workflows}/pulumi.yml`)) as Workflow;
  const [job = assert.fail("no job"), ...others] = Object.values(workflow.jobs);

  it("never runs beside the one that brings up what is merged", () => {
    assert.deepEqual(workflow.concurrency, previews.concurrency);
    assert.equal(workflow.concurrency["cancel-in-progress"], false);
    assert.deepEqual(others, []);
  });

  it("has the secrets of production, in the environment of the steps that need them, and in no command", () => {
    assert.equal(job.environment, "production");
    assert.equal(workflow.env, undefined);
    assert.doesNotMatch(JSON.stringify(job.env), /secrets/);
    assert.deepEqual(workflow.permissions, { contents: "read" });
    for (const { run, with: inputs, env } of job.steps) {
      assert.doesNotMatch(`${run} ${JSON.stringify(inputs)}`, /secrets\./);
      for (const [name, value] of Object.entries(env ?? {})) assert.equal(value, `\${{ secrets.${name} }}`);
    }
  });

  it("takes the certificate in service from the state, and runs a loop of the guide", () => {
    const lines = job.steps.flatMap(({ run }) => run ?? []);
    const [install, service, loop = "", ...more] = lines;
    assert.equal(install, "npm ci --ignore-scripts");
    assert.ok(guide.includes(`\`${service}\``), service);
    assert.ok(guide.split("\n").includes(loop), loop);
    assert.deepEqual(more, []);
  });

  it("names actions as the other one does", () => {
    for (const { uses } of job.steps)
      if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w-]+@(v\d+|[0-9a-f]{40})$/);
  });
});

interface CronJob {
  spec: {
    concurrencyPolicy: string;
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: string; containers: { command: string[] }[] } } };
    };
  };
}

describe("the CronJob of the guide on renewing without a person", () => {
  const { spec } = parse(read(`${workflows}/renew-cert-manager.yml`)) as CronJob;
  const { restartPolicy, containers } = spec.jobTemplate.spec.template.spec;
  const [shell = "", flags = "", script = ""] = containers[0]?.command ?? [];

  const run = (up: number, due: number) =>
    new Promise<number>(done => {
      const stubs = `pulumi() { return ${up}; }\nnpx() { [ "$2" = renew-due ] && return ${due}; }\n`;
      execFile(shell, [flags, stubs + script], error => done(Number(error?.code ?? 0)));
    });

  it("runs one at a time", () => {
    assert.deepEqual([spec.concurrencyPolicy, restartPolicy], ["Forbid", "Never"]);
  });

  it("fails where the update fails, and where cert-manager has not renewed", async () => {
    assert.equal(await run(0, 0), 0);
    assert.equal(await run(0, 2), 2);
    assert.equal(await run(1, 0), 1);
  });
});
