import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readRegularFile } from "../../provider/boundedFile";
import { type Chain, maxPemLength } from "../../provider/certificates/parse";
import { keyProblem } from "../../provider/certificates/privateKey";
import { orderedChain } from "../../provider/certificates/validate";
import { quote } from "../../provider/text/redact";
import { Secret } from "../../provider/text/secret";
import { CliError } from "../errors";

/** A certificate in a file, with the file of its key where the folder has it. */
export interface PemFile {
  path: string;
  chain: Chain;
  keyPath: string | undefined;
}

export interface PemFolder {
  certificates: PemFile[];
  /** The files that hold a private key, be it of a certificate that is not used. */
  keyPaths: string[];
  /** What cannot be used although it looks like a certificate, each in a sentence. */
  notes: string[];
}

/** A folder with more is none of certificates. */
const maxFiles = 1000;

/** Reads the PEM files of a folder, whatever they are called, but not those in folders below it. */
export function readPemFolder(folder: string): PemFolder {
  const chains: { path: string; chain: Chain }[] = [];
  const keys: { path: string; key: Secret }[] = [];
  const keyPaths: string[] = [];
  const notes: string[] = [];
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const read = readRegularFile(path, maxPemLength);
    if (!("text" in read)) continue;
    const { text } = read;
    const hasKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
    if (hasKey) keyPaths.push(path);
    if (/-----BEGIN CERTIFICATE-----/.test(text)) {
      const chain = orderedChain(text);
      if ("reason" in chain) notes.push(`${quote(path)} ${chain.reason}`);
      else chains.push({ path, chain });
    } else if (hasKey) {
      keys.push({ path, key: new Secret(text) });
    }
  }
  const certificates = chains.map(({ path, chain }) => ({
    path,
    chain,
    keyPath: keys.find(({ key }) => keyProblem(chain.leaf, key) === undefined)?.path,
  }));
  return { certificates, keyPaths, notes };
}

function namesIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    throw new CliError(
      `--certificates ${quote(folder)}: this folder cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      "Give the folder with the PEM files of the project's certificates.",
      "ZUPLO1503",
    );
  }
  if (names.length <= maxFiles) return names;
  throw new CliError(
    `--certificates ${quote(folder)}: it has more than ${maxFiles} files.`,
    "Give a folder with the PEM files of the project's certificates, and little else.",
    "ZUPLO1503",
  );
}
