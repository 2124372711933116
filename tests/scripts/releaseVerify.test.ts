import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { archivesOf, filesOf, sbom, terraformManifest } from "../../scripts/executable/names";
import { targets } from "../../scripts/executable/targets";
import { filesIn, problemsOf, unguarded } from "../../scripts/release/verify";
import { temporaryFolder } from "./fakes";
import { contentsOf, pack, programFor, writeRelease, writeSums } from "./releaseFiles";

const release = { version: "1.2.3", platforms: targets };
const zip = "terraform-provider-zuplo_1.2.3_linux_arm64.zip";
const tar = "pulumi-resource-zuplo-v1.2.3-darwin-arm64.tar.gz";

describe("the check of a release's files", () => {
  const made = temporaryFolder();
  let folder: string;

  beforeEach(async () => {
    folder = join(made(), "packages");
    await writeRelease(folder, release);
  });

  const path = (name: string) => join(folder, name);
  const problems = () => problemsOf(filesIn(folder), release);
  const archive = (name: string) => archivesOf(release).find(each => each.name === name) ?? assert.fail(name);
  /** Packs an archive again, and lists what it is then. */
  const repack = async (name: string, change: (contents: ReturnType<typeof contentsOf>) => void) => {
    const contents = contentsOf(archive(name));
    change(contents);
    await pack(path(name), contents);
    writeSums(folder, release);
  };

  it("finds nothing in one that is whole: three archives for each of six platforms, and what goes with them", async () => {
    assert.equal(archivesOf(release).length, 18);
    assert.equal(filesOf(release).length, 22);
    assert.deepEqual(await problems(), []);
    assert.deepEqual(unguarded(filesIn(folder), release), []);
  });

  it("takes one for some platforms", async () => {
    const few = { version: "1.2.3", platforms: [{ os: "linux", arch: "amd64" } as const] };
    rmSync(folder, { recursive: true });
    await writeRelease(folder, few);
    assert.deepEqual(await problemsOf(filesIn(folder), few), []);
    assert.ok((await problems()).length > 0);
  });

  it("finds one wrong bit, in whatever file", async () => {
    for (const name of filesOf(release).filter(name => !name.endsWith("SHA256SUMS"))) {
      // given
      const bytes = readFileSync(path(name));
      const spoilt = Buffer.from(bytes);
      const middle = Math.floor(spoilt.length / 2);
      spoilt[middle] = (spoilt[middle] ?? 0) ^ 1;
      writeFileSync(path(name), spoilt);
      // then
      assert.ok((await problems()).includes(`${name} is not what SHA256SUMS says.`), name);
      // and no other is blamed
      assert.deepEqual(
        (await problems()).filter(problem => !problem.startsWith(name)),
        [],
      );
      writeFileSync(path(name), bytes);
    }
  });

  it("finds a file of which nobody would notice a wrong byte", async () => {
    // given
    const kept = readFileSync(path("SHA256SUMS"), "utf8").split("\n");
    writeFileSync(path("SHA256SUMS"), kept.filter(line => !line.endsWith(sbom)).join("\n"));
    // then
    assert.deepEqual(unguarded(filesIn(folder), release), [sbom]);
    assert.deepEqual(await problems(), [`SHA256SUMS lacks ${sbom}.`]);
  });

  it("finds a file that is missing, and one that does not belong there", async () => {
    rmSync(path(zip));
    cpSync(path(tar), path("pulumi-resource-zuplo-v1.2.3-plan9-amd64.tar.gz"));
    assert.deepEqual(await problems(), [
      `${zip} is missing.`,
      "pulumi-resource-zuplo-v1.2.3-plan9-amd64.tar.gz does not belong to the release.",
    ]);
  });

  it("lets the signature be there, which is made last", async () => {
    writeFileSync(path("terraform-provider-zuplo_1.2.3_SHA256SUMS.sig"), "signed");
    assert.deepEqual(await problems(), []);
  });

  it("finds lines in a list of checksums that are none, or not its own", async () => {
    const list = path("terraform-provider-zuplo_1.2.3_SHA256SUMS");
    const text = readFileSync(list, "utf8");
    const told = async (changed: string) => {
      writeFileSync(list, changed);
      return (await problems()).join();
    };
    assert.match(await told(text.trimEnd()), /does not end with a line end/);
    assert.match(await told(`${text}what is this\n`), /no checksum: what is this/);
    assert.match(await told(`${text}${text.split("\n")[0]}\n`), /has terraform-\S+ twice/);
    const own = readFileSync(path("SHA256SUMS"), "utf8")
      .split("\n")
      .find(line => line.endsWith(tar));
    assert.match(await told(`${text}${own}\n`), /which does not belong there/);
  });

  for (const name of [zip, tar]) {
    it(`finds what is missing in ${name}, or too much`, async () => {
      await repack(name, contents => {
        delete contents.THIRD_PARTY_LICENSES;
        contents["README.md"] = { content: "!" };
      });
      const [problem, ...others] = await problems();
      assert.match(problem ?? "", new RegExp(`^${name} has .*README\\.md.* in it, and not LICENSE, `));
      assert.deepEqual(others, []);
    });

    it(`finds a program in ${name} that cannot be started, or is for another platform`, async () => {
      const { program, platform } = archive(name);
      await repack(name, contents => {
        contents[program] = { content: programFor({ ...platform, arch: "amd64" }), mode: 0o644 };
      });
      assert.deepEqual(await problems(), [
        `${name} has ${program} with mode 644, and not 755.`,
        `${name} has a program for ${platform.os} amd64.`,
      ]);
      await repack(name, contents => {
        contents[program] = { content: "#!/usr/bin/env node\n", mode: 0o755 };
      });
      assert.deepEqual(await problems(), [`${name} has a program for no platform that is known.`]);
    });

    it(`finds that ${name} has no end`, async () => {
      const bytes = readFileSync(path(name));
      writeFileSync(path(name), bytes.subarray(0, bytes.length - 30));
      writeSums(folder, release);
      assert.match((await problems()).join(), new RegExp(`^${name} cannot be unpacked: `));
    });
  }

  it("finds an empty licence", async () => {
    await repack(zip, contents => {
      contents.LICENSE = { content: "" };
    });
    assert.deepEqual(await problems(), [`${zip} has an empty LICENSE.`]);
  });

  it("finds a manifest for another protocol, and a list of packages that is another's", async () => {
    const manifest = { version: 1, metadata: { protocol_versions: ["5.0"] } };
    writeFileSync(path(terraformManifest(release)), JSON.stringify(manifest));
    writeFileSync(path(sbom), JSON.stringify({ spdxVersion: "SPDX-2.3", packages: [{ name: "other" }] }));
    writeSums(folder, release);
    assert.deepEqual(await problems(), [
      `${terraformManifest(release)} does not name protocol 6.0.`,
      `${sbom} does not describe pulumi-zuplo 1.2.3.`,
    ]);
    writeFileSync(path(sbom), "<html>");
    writeSums(folder, release);
    assert.ok((await problems()).includes(`${sbom} is no list of packages in the form of SPDX.`));
  });
});
