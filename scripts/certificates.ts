/** A small CA for trying things: `npm run certificates -- --help`. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { issueInto, type Outcome } from "./certificates/issue";

const HELP = `A small CA, and client certificates of it, for the examples.

Usage: npm run certificates -- DIR [options]

Makes in DIR, or keeps where it is there already:
  ca.pem, ca-key.pem           the CA; the local Zuplo takes it up: npm run emulator -- --pki DIR
  client.pem, client-key.pem   a client certificate and its key

  --rotate      issue the next certificate in place of the one that is there
  --name NAME   name of the certificate and of its files (default: client)
  --ca DIR      the CA of another folder
  --days N      how long the certificate is valid (default: 365)
  --help        this text

All files have mode 0600. Nothing here is fit for more than a trial.
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rotate: { type: "boolean", default: false },
      name: { type: "string", default: "client" },
      ca: { type: "string" },
      days: { type: "string", default: "365" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const [folder, ...others] = positionals;
  if (folder === undefined || others.length > 0) throw new Error("give one folder; --help tells more");
  const { name, rotate } = values;
  const days = /^\d{1,4}$/.test(values.days) ? Number(values.days) : 0;
  if (days < 1) throw new Error(`--days takes a whole number from 1 to 9999, not '${values.days}'`);
  if (!/^\w[\w.-]*$/.test(name) || name === "ca") throw new Error(`--name '${name}' is no name for a file`);
  const outcome = await issueInto(resolve(folder), { name, rotate, days, caFolder: values.ca });
  process.stdout.write(describe(outcome, rotate));
}

function describe({ isNew, paths, fingerprint, validTo }: Outcome, rotate: boolean): string {
  const what = isNew ? (rotate ? "next certificate" : "new certificate") : "kept (--rotate issues the next)";
  return [
    `${paths.certificate}  ${what}`,
    `  key          ${paths.privateKey}`,
    `  CA           ${paths.ca}`,
    `  fingerprint  ${fingerprint}`,
    `  valid until  ${validTo}`,
    "",
  ].join("\n");
}

main().catch((error: unknown) => {
  process.stderr.write(`certificates: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
