import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertSucceeded } from "../support/project";
import { names } from "../support/rotation";
import { YamlProject } from "../support/yamlProject";
import { reference, rotationResources, usesOf } from "../support/yamlRotation";
import { assertServed, nameOf, stages, variable } from "./service";

describe("two stacks", () => {
  let emulator: Emulator;
  const projects: YamlProject[] = [];

  beforeEach(async () => {
    emulator = await startEmulator({ deployMs: 100 });
  });

  afterEach(async () => {
    for (const { project } of projects.splice(0)) await project.remove();
    await emulator.stop();
  });

  const create = async (name: string, env: Record<string, string> = {}) => {
    const yaml = await YamlProject.create(emulator, { name, env });
    projects.push(yaml);
    return yaml;
  };

  it("with the same PEM keep a certificate each, and rotate without each other", async () => {
    const issued = await emulator.authority.issue();
    const shop = await create("shop");
    const stock = await create("stock");
    const write = async (yaml: YamlProject, branch: string, environments: string[]) => {
      const certificate = { environments };
      await yaml.write({
        resources: rotationResources([{ branches: [branch] }], { variable, certificate }),
      });
      await yaml.certificate(issued);
      assertSucceeded(await yaml.project.up());
    };
    await write(shop, "staging", ["preview"]);
    await write(stock, "main", ["production"]);
    assert.deepEqual(new Set(emulator.certificates().map(({ fingerprint }) => fingerprint)).size, 1);
    const [ofShop, ofStock] = emulator.certificates().map(({ name }) => name);
    assert.notEqual(ofShop, ofStock);
    // when one of them rotates
    const next = await emulator.authority.issue();
    await shop.certificate(next);
    assertSucceeded(await shop.project.up());
    // then the other one's certificate is as it was
    const kept = emulator.certificates().find(({ name }) => name === ofStock);
    assert.equal(kept?.fingerprint, issued.fingerprint);
    assert.deepEqual(kept?.environments, ["production"]);
    assertServed(emulator, ofStock ?? "", ["main"]);
    const renewed = emulator.certificates().find(({ fingerprint }) => fingerprint === next.fingerprint);
    assertServed(emulator, renewed?.name ?? "", ["staging"]);
    assert.equal(emulator.certificates().length, 2);
  });

  for (const order of ["the certificate's first", "the users' first"] as const) {
    it(`of which one has the certificate and the other one uses it: ${order}`, async () => {
      // given
      const owner = await create("certificates");
      const env = { PULUMI_BACKEND_URL: String(owner.project.env.PULUMI_BACKEND_URL) };
      const user = await create("gateway", env);
      const { backend } = rotationResources([], { variable });
      await owner.write({ resources: { backend }, outputs: { name: reference("backend.name") } });
      const certificates = {
        type: "pulumi:pulumi:StackReference",
        properties: { name: "organization/certificates/prod" },
      };
      const name = reference('certificates.outputs["name"]');
      await user.write({ resources: { certificates, ...usesOf(name, stages, { variable }) } });
      await owner.certificate(await emulator.authority.issue());
      assertSucceeded(await owner.project.up());
      assertSucceeded(await user.project.up());
      // when the certificate is replaced
      const issued = await emulator.authority.issue();
      await owner.certificate(issued);
      if (order === "the users' first") assertSucceeded(await user.project.up());
      const first = await owner.project.up();
      // then the old one stays as long as the users need it, which is said
      assertSucceeded(first);
      const text = first.text.replace(/\s+/g, " ");
      assert.match(text, /the variable 'staging\/BACKEND_MTLS_CERT' names it/);
      assert.match(text, /may be bound by 2 deployments: gateway-\S+ \((production|preview), branch/);
      assertSucceeded(await user.project.up());
      const old = names(emulator).filter(name => name !== nameOf(emulator, issued));
      assertServed(emulator, nameOf(emulator, issued));
      // and goes with the next one
      const next = await emulator.authority.issue();
      await owner.certificate(next);
      assertSucceeded(await owner.project.up());
      assertSucceeded(await user.project.up());
      assert.equal(old.length, 1);
      assert.deepEqual(
        names(emulator).filter(name => old.includes(name)),
        [],
      );
      assertServed(emulator, nameOf(emulator, next));
    });
  }
});
