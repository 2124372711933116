import { createHash } from "node:crypto";
import type { BundledPackage } from "./packages";

interface Subject {
  name: string;
  version: string;
  license: string;
}

/**
 * The bill of materials of the executables, as SPDX 2.3: this package, Node and every package of npm inside. The same
 * content gives the same text, so its date is that of the sources.
 */
export function spdxOf(
  subject: Subject,
  packages: readonly BundledPackage[],
  nodeVersions: readonly string[],
  date: Date,
): string {
  const listed = [
    ...packages.map(({ name, version, license }) =>
      entry(name, version, license, `pkg:npm/${name.replace("@", "%40")}@${version}`),
    ),
    ...nodeVersions.map(version => entry("node", version, "MIT", `pkg:generic/node@${version}`)),
  ];
  const own = entry(
    subject.name,
    subject.version,
    subject.license,
    `pkg:npm/${subject.name}@${subject.version}`,
  );
  const content = createHash("sha256")
    .update(JSON.stringify([own, listed]))
    .digest("hex");
  const relation = (spdxElementId: string, relationshipType: string, relatedSpdxElement: string) => ({
    spdxElementId,
    relationshipType,
    relatedSpdxElement,
  });
  const document = {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `${subject.name}-${subject.version}`,
    documentNamespace: `https://spdx.org/spdxdocs/${subject.name}-${subject.version}-${content}`,
    creationInfo: {
      created: date.toISOString().replace(/\.\d+Z$/, "Z"),
      creators: [`Tool: ${subject.name}-package`],
    },
    packages: [own, ...listed],
    relationships: [
      relation("SPDXRef-DOCUMENT", "DESCRIBES", own.SPDXID),
      ...listed.map(({ SPDXID }) => relation(own.SPDXID, "CONTAINS", SPDXID)),
    ],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function entry(name: string, version: string, license: string, locator: string) {
  return {
    SPDXID: `SPDXRef-${`${name}-${version}`.replace(/[^a-zA-Z0-9.-]/g, "-")}`,
    name,
    versionInfo: version,
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    licenseConcluded: "NOASSERTION",
    licenseDeclared: license,
    copyrightText: "NOASSERTION",
    externalRefs: [
      { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: locator },
    ],
  };
}
