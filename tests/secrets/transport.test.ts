import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import http from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startEmulator } from "../../emulator";
import { createAuthority } from "../../emulator/pki";
import { ZuploClient } from "../../provider/api/client";
import { Unavailable } from "../../provider/api/errors";
import { preflightProblem } from "../../provider/certificates/preflight";
import { readConfig } from "../../provider/config";
import { servedBuild } from "../../provider/rotation/gateway";
import { verify } from "../../provider/rotation/verify";
import { Session } from "../../provider/session";
import { Secret } from "../../provider/text/secret";
import { body, type HostileServer, startServer } from "../hostile/server";

const apiKey = "zpka_a_key_that_nobody_may_see";
const root = resolve(__dirname, "../..");

const clientOf = (endpoint: string) =>
  new ZuploClient({ endpoint, apiKey: new Secret(apiKey), callTimeoutMs: 5000 });

async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => assert.fail("it was accepted"),
    (error: unknown) => error,
  );
  assert.ok(error instanceof Unavailable);
  assert.doesNotMatch(error.message, /zpka_/);
  return error.message;
}

describe("the way to the API", () => {
  const before = { ...process.env };
  const servers: HostileServer[] = [];

  afterEach(async () => {
    process.env = { ...before };
    await Promise.all(servers.splice(0).map(server => server.stop()));
  });

  async function serve(...given: Parameters<typeof startServer>): Promise<HostileServer> {
    const server = await startServer(...given);
    servers.push(server);
    return server;
  }

  async function selfSigned(dnsNames?: string[]) {
    const authority = await createAuthority();
    const names = dnsNames === undefined ? { ipAddresses: ["127.0.0.1"] } : { dnsNames };
    const own = await authority.issue({ ...names, extendedKeyUsage: ["serverAuth"] });
    return serve(body("{}"), { cert: own.chain, key: own.privateKey });
  }

  it("is refused at once where the API's certificate is not trusted, and nothing is sent", async () => {
    const server = await selfSigned();
    const startedAt = performance.now();
    assert.match(
      await refusal(clientOf(server.url).whoAmI()),
      /^identify API key: the certificate of the API is not trusted \(\w+\), so nothing was sent .*\nCheck \{\{setting endpoint\}\}\. .*NODE_EXTRA_CA_CERTS\. \[ZUPLO1608\]$/,
    );
    assert.ok(performance.now() - startedAt < 1000, "it was tried again");
    assert.deepEqual(server.requests, []);
  });

  it("is refused even where the environment turns the verification off", async () => {
    const server = await selfSigned();
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    assert.match(await refusal(clientOf(server.url).whoAmI()), /is not trusted/);
    assert.deepEqual(server.requests, []);
  });

  it("is never plain http to another machine", () => {
    for (const endpoint of ["http://dev.zuplo.com", "http://10.0.0.1", "http://localhost.example.com"]) {
      const { problems, config } = readConfig(
        () => undefined,
        key => (key.endsWith("ENDPOINT") ? endpoint : undefined),
      );
      assert.match(String(problems[0]?.reason), /would send the API key in the clear: use https/);
      assert.equal(config.endpoint, "https://dev.zuplo.com");
    }
  });

  it("is never through a proxy where it is plain http to this machine", async () => {
    const proxy = await serve(body("{}"));
    const api = await serve(body('{"account":"acme"}'));
    for (const name of ["no_proxy", "NO_PROXY"]) process.env[name] = "";
    for (const name of ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]) process.env[name] = proxy.url;
    for (const endpoint of [api.url, api.url.replace("http:", "HTTP:")])
      assert.equal(await clientOf(endpoint).whoAmI(), "acme");
    assert.deepEqual(proxy.requests, []);
  });

  it("is not taken where Node would write the key down", async () => {
    const api = await serve(body('{"account":"acme"}'));
    const settings: Record<string, string> = {
      ZUPLO_DEVELOPER_API_ENDPOINT: api.url,
      ZUPLO_API_KEY: apiKey,
      ZUPLO_PROJECT: "shop",
      NODE_DEBUG: "https",
    };
    const { config, problems } = readConfig(
      () => undefined,
      key => settings[key],
    );
    const log = { info: () => {}, warn: () => {} };
    const session = new Session(config, { log, problems });
    await assert.rejects(session.project({}), /NODE_DEBUG is .https., which makes Node write the API key/);
    assert.deepEqual(api.requests, []);
  });

  it("goes through HTTPS_PROXY as a tunnel: the proxy learns the host, and the API's certificate is verified", async () => {
    // given
    const server = await selfSigned();
    const asked: string[] = [];
    const proxy = http.createServer().on("connect", (request, client) => {
      asked.push(JSON.stringify([request.url, request.headers]));
      const { hostname, port } = new URL(server.url);
      const onward = connect(Number(port), hostname, () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        onward.pipe(client).pipe(onward);
      });
      for (const socket of [onward, client]) socket.on("error", () => undefined);
    });
    await new Promise<void>(done => proxy.listen(0, "127.0.0.1", done));
    for (const name of ["no_proxy", "NO_PROXY", "https_proxy"]) delete process.env[name];
    process.env.HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      // when, then
      assert.match(await refusal(clientOf("https://api.example.invalid").whoAmI()), /is not trusted/);
      assert.deepEqual(server.requests, []);
      assert.equal(asked.length, 1);
      assert.match(String(asked), /^\["api\.example\.invalid:443"/);
      assert.doesNotMatch(String(asked), /zpka_|authorization/i);
    } finally {
      proxy.close();
    }
  });

  it("does not follow a redirect, to http or another host: the key is not taken along", async () => {
    const elsewhere = await serve(body("{}"));
    for (const location of [elsewhere.url, elsewhere.url.replace("127.0.0.1", "localhost")]) {
      const api = await serve(body("", { location }, 307));
      assert.match(
        await refusal(clientOf(api.url).whoAmI()),
        /\(HTTP 307\)\nSet \{\{setting endpoint\}\} to the address/,
      );
    }
    assert.deepEqual(elsewhere.requests, []);
  });
});

describe("the way to a backend or a gateway", () => {
  const before = { ...process.env };

  afterEach(() => {
    process.env = { ...before };
  });

  it("is refused where its certificate is not trusted, also where the environment turns the verification off", async () => {
    // given
    const authority = await createAuthority();
    const own = await authority.issue({ ipAddresses: ["127.0.0.1"], extendedKeyUsage: ["serverAuth"] });
    const server = await startServer(body("{}"), { cert: own.chain, key: own.privateKey });
    const { chain, privateKey } = await authority.issue();
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      // when
      const { url } = server;
      const problem = await preflightProblem({ url, timeoutMs: 2000 }, chain, new Secret(privateKey));
      const verified = await verify({
        url,
        status: 200,
        timeoutMs: 500,
        headers: { authorization: new Secret(apiKey) },
      });
      const build = await servedBuild(url, 2000);
      // then
      assert.match(problem ?? "", /is not trusted/);
      assert.match(verified.ok ? "" : verified.problem, /no answer \(\w+\) instead of 200/);
      assert.deepEqual(build, { isSilent: true });
      assert.deepEqual(server.requests, []);
    } finally {
      await server.stop();
    }
  });
});

describe("a file that holds a secret", () => {
  it("is written by neither the provider nor the SDK", async () => {
    for (const folder of ["provider", "sdk"]) {
      const names = await readdir(join(root, folder), { recursive: true });
      // The folder of the Terraform plugin's socket holds nothing but that; what the record holds is searched in
      // tests/record.
      const others = ["adapters/terraform/server.ts", "record/recorder.ts"];
      const sources = names.filter(name => name.endsWith(".ts") && !others.includes(name));
      assert.ok(sources.length > 5);
      for (const name of sources) {
        const source = await readFile(join(root, folder, name), "utf8");
        assert.doesNotMatch(source, /writeFile|createWriteStream|appendFile|mkdtemp|copyFile|"w"/, name);
      }
    }
  });

  it("is readable for its owner only, whatever the umask and what stood there before", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-modes-"));
    const umask = process.umask(0);
    try {
      // given a file of the same name that everybody may read
      writeFileSync(join(folder, "client-key.pem"), "", { mode: 0o666 });
      // when the emulator keeps its state, and a certificate is made for an example
      const emulator = await startEmulator({ stateFile: join(folder, "state.json") });
      await emulator.stop();
      const args = ["--import", "tsx", join(root, "scripts/certificates.ts"), folder];
      await new Promise<void>((settle, fail) =>
        execFile(process.execPath, args, { cwd: root }, error => (error === null ? settle() : fail(error))),
      );
      // then
      const files = readdirSync(folder).filter(name => statSync(join(folder, name)).isFile());
      assert.ok(files.includes("state.json") && files.includes("client-key.pem"));
      for (const name of files) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
    } finally {
      process.umask(umask);
      rmSync(folder, { recursive: true });
    }
  });
});
