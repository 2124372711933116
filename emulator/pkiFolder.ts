/** A CA and a first client certificate in a folder, for trying things by hand. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PkiPaths } from "./cli";
import { type Authority, importAuthority } from "./pki";

export function pkiPaths(folder: string): PkiPaths {
  return {
    caCertificate: join(folder, "ca.pem"),
    caKey: join(folder, "ca-key.pem"),
    clientCertificate: join(folder, "client.pem"),
    clientKey: join(folder, "client-key.pem"),
  };
}

/** The CA that an earlier run left in the folder. */
export async function readAuthority(folder: string): Promise<Authority | undefined> {
  const { caCertificate, caKey } = pkiPaths(folder);
  if (!existsSync(caCertificate) || !existsSync(caKey)) return undefined;
  return importAuthority({
    certificate: readFileSync(caCertificate, "utf8"),
    privateKey: readFileSync(caKey, "utf8"),
    chain: "",
  });
}

/** Writes the CA, and a client certificate unless one of this CA is there. */
export async function writePki(folder: string, authority: Authority): Promise<PkiPaths> {
  const paths = pkiPaths(folder);
  mkdirSync(folder, { recursive: true });
  const { certificate, privateKey } = await authority.export();
  const isKnown =
    existsSync(paths.caCertificate) && readFileSync(paths.caCertificate, "utf8") === certificate;
  writePrivately(paths.caCertificate, certificate);
  writePrivately(paths.caKey, privateKey);
  if (!isKnown || !existsSync(paths.clientCertificate) || !existsSync(paths.clientKey)) {
    const client = await authority.issue({ commonName: "first client" });
    writePrivately(paths.clientCertificate, client.chain);
    writePrivately(paths.clientKey, client.privateKey);
  }
  // One that stays may have been copied here, readable for everybody.
  chmodSync(paths.clientKey, 0o600);
  return paths;
}

/** In place of what is there, whose mode could be another: a file is complete and private from its first instant. */
export function writePrivately(path: string, content: string): void {
  const next = `${path}.new`;
  // One that a killed run left has a mode of its own.
  rmSync(next, { force: true });
  writeFileSync(next, content, { mode: 0o600 });
  renameSync(next, path);
}
