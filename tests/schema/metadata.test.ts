import assert from "node:assert/strict";
import { join } from "node:path";
import { sourceAddress, sourceAddressOf } from "../../provider/adapters/terraformAddress";
import { repositoryOf } from "../../provider/repository";
import { type Manifest, metadataOf, readManifest } from "../../provider/schema/manifest";
import { packageSpec } from "../../provider/schema/package";

const manifest: Manifest = { ...readManifest(join(__dirname, "../../package.json")), version: "1.2.3" };
const withRepository = (repository: string, more: Partial<Manifest> = {}) => ({
  ...manifest,
  repository,
  ...more,
});

describe("`repository` in package.json", () => {
  it("is read in every form that npm knows", () => {
    const forms = [
      "acme/pulumi-zuplo",
      "github:acme/pulumi-zuplo",
      "https://github.com/acme/pulumi-zuplo",
      "git+https://github.com/acme/pulumi-zuplo.git",
      "git@github.com:acme/pulumi-zuplo.git",
      { type: "git", url: "git+ssh://git@github.com/acme/pulumi-zuplo.git" },
    ];
    for (const repository of forms)
      assert.deepEqual(
        repositoryOf({ repository }),
        { owner: "acme", name: "pulumi-zuplo" },
        `${repository}`,
      );
  });

  it("is refused where releases could not be downloaded from it", () => {
    for (const repository of ["https://gitlab.com/acme/pulumi-zuplo", "gist:11081aaa281", "acme", "acme/a/b"])
      assert.throws(() => repositoryOf({ repository }), /'repository' in package\.json is '.+', which is no/);
  });

  it("says where everything is, and who publishes it", () => {
    assert.deepEqual(metadataOf(withRepository("github:Acme/zuplo-certificates")), {
      repository: "https://github.com/Acme/zuplo-certificates",
      homepage: "https://github.com/Acme/zuplo-certificates",
      bugs: "https://github.com/Acme/zuplo-certificates/issues",
      security: "https://github.com/Acme/zuplo-certificates/security/policy",
      publisher: "Acme",
      logoUrl: "https://raw.githubusercontent.com/Acme/zuplo-certificates/v1.2.3/docs/logo.svg",
      pluginDownloadURL: "github://api.github.com/Acme/zuplo-certificates",
    });
  });

  it("gives way to what package.json says of its own", () => {
    const own = { homepage: "https://acme.example", bugs: { url: "https://bugs.acme.example" } };
    const told = metadataOf(withRepository("acme/x", { ...own, author: "Acme Inc. <hello@acme.example>" }));
    assert.deepEqual(
      [told?.homepage, told?.bugs, told?.publisher],
      [own.homepage, own.bugs.url, "Acme Inc."],
    );
  });

  it("is what schema.json takes its addresses from", () => {
    const schema = packageSpec(withRepository("acme/pulumi-zuplo"));
    const { homepage, repository, publisher, logoUrl, pluginDownloadURL } = schema;
    const { bugs, security, ...expected } = metadataOf(withRepository("acme/pulumi-zuplo")) ?? assert.fail();
    assert.deepEqual({ homepage, repository, publisher, logoUrl, pluginDownloadURL }, expected);
  });

  it("makes the address for Terraform, in the lower case in which Terraform keeps it", () => {
    assert.equal(sourceAddressOf({ owner: "Acme-Corp", name: "pulumi-zuplo" }), "acme-corp/zuplo");
  });

  it("names nobody while it is not set", () => {
    const { repository: _, ...unset } = manifest;
    assert.equal(metadataOf(unset), undefined);
    assert.equal(sourceAddressOf(undefined), "pulumi-zuplo/zuplo");
    const schema = JSON.parse(JSON.stringify(packageSpec(unset))) as object;
    for (const name of ["homepage", "repository", "publisher", "logoUrl", "pluginDownloadURL"])
      assert.ok(!(name in schema), name);
  });

  it("is what the provider goes by", () => {
    assert.equal(sourceAddress, sourceAddressOf(repositoryOf(manifest)));
  });
});
