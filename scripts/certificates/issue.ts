/** Client certificates in a folder, issued by the CA of that folder or of another one. */
import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Authority, createAuthority } from "../../emulator/pki";
import { pkiPaths, readAuthority, writePrivately } from "../../emulator/pkiFolder";

export interface IssueInto {
  /** Of the certificate, and of its files. Default: client. */
  name?: string;
  /** Whether another certificate takes the place of the one that is there. */
  rotate?: boolean;
  /** Default: 365. */
  days?: number;
  /** Default: the folder itself. */
  caFolder?: string;
}

export interface Outcome {
  isNew: boolean;
  paths: { certificate: string; privateKey: string; ca: string };
  /** SHA-256 of the certificate's DER, lower-case hex. */
  fingerprint: string;
  /** ISO 8601. */
  validTo: string;
}

const DAY = 86_400_000;

export async function issueInto(folder: string, options: IssueInto = {}): Promise<Outcome> {
  const { name = "client", rotate = false, days = 365, caFolder } = options;
  mkdirSync(folder, { recursive: true });
  const authority = await authorityIn(caFolder ?? folder, caFolder !== undefined);
  const certificate = join(folder, `${name}.pem`);
  const privateKey = join(folder, `${name}-key.pem`);
  const isNew = rotate || !existsSync(certificate) || !existsSync(privateKey);
  if (isNew) {
    const notAfter = new Date(Date.now() + days * DAY);
    const issued = await authority.issue({ commonName: name, notAfter });
    writePrivately(privateKey, issued.privateKey);
    writePrivately(certificate, issued.chain);
  }
  const leaf = new X509Certificate(readFileSync(certificate));
  return {
    isNew,
    paths: { certificate, privateKey, ca: pkiPaths(caFolder ?? folder).caCertificate },
    fingerprint: leaf.fingerprint256.replaceAll(":", "").toLowerCase(),
    validTo: new Date(leaf.validTo).toISOString(),
  };
}

/** The folder's CA, in the files that the emulator's `--pki` reads and writes; a new one where there is none. */
export async function authorityIn(folder: string, mustExist = false): Promise<Authority> {
  const known = await readAuthority(folder);
  if (known) return known;
  const paths = pkiPaths(folder);
  if (mustExist)
    throw new Error(`there is no CA in ${folder}: ${paths.caCertificate} and its key are missing`);
  mkdirSync(folder, { recursive: true });
  const authority = await createAuthority({ commonName: "Backend CA" });
  const { certificate, privateKey } = await authority.export();
  writePrivately(paths.caKey, privateKey);
  writePrivately(paths.caCertificate, certificate);
  return authority;
}
