import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Issued } from "../../emulator/pki";

/** The secrets of a run. */
export interface Secrets {
  issued: Issued;
  value: string;
  apiKey: string;
}

/** A line of a key is as good as the whole. */
export function keyLines({ privateKey }: Issued): string[] {
  return privateKey.split("\n").filter(line => line.length > 20 && !line.startsWith("-----"));
}

/** The secrets in each spelling in which they could stand somewhere: clear, JSON, base64 and URL text. */
export function spellings({ issued, value, apiKey }: Secrets): string[] {
  const texts = [...keyLines(issued), value, apiKey];
  const encoded = [...texts, issued.privateKey].flatMap(text => {
    const json = JSON.stringify(text).slice(1, -1);
    return [
      json,
      JSON.stringify(json).slice(1, -1),
      encodeURIComponent(text),
      new URLSearchParams({ text }).toString().slice("text=".length),
      Buffer.from(text).toString("base64").replace(/=+$/, "").slice(0, 60),
      Buffer.from(text).toString("base64url").slice(0, 60),
    ];
  });
  return [...new Set([...texts, ...encoded])];
}

/**
 * Pulumi's own log of verbosity 9 holds the decrypted inputs of every provider: what the engine marshals for its
 * plugins and decides of a step, and what the Node SDK registers. No provider can keep them out. Those entries are the
 * engine's by their form, one JSON object a line, and by their messages.
 */
const engineTrace =
  /^\{"time":.*"msg":"((Unm|M)arshaling property for RPC|Planner decided|.*Diff\(|.*RegisterResource RPC finished)/;

/** Looks for secrets, and counts where it has looked. */
export class Search {
  /** Texts that were searched: outputs, states, logs, files. */
  places = 0;
  /** Lines of logs that are Pulumi's own and hold decrypted inputs. */
  engineLines = 0;

  /** Fails where a text holds a secret. */
  in(place: string, text: string, secrets: Secrets): void {
    this.places += 1;
    for (const secret of spellings(secrets)) {
      // Where it stands tells what to mend; the secret itself has no place in a test's output.
      const line = text.split("\n").find(each => each.includes(secret));
      assert.equal(line?.split(secret, 1)[0]?.slice(-300), undefined, `${place} holds a secret`);
    }
  }

  /** The same for a log of verbosity 9, but for the lines in which Pulumi itself writes inputs down. */
  inVerboseLog(place: string, text: string, secrets: Secrets): void {
    const lines = text.split("\n");
    const ours = lines.filter(line => !engineTrace.test(line));
    this.engineLines += lines.length - ours.length;
    this.in(place, ours.join("\n"), secrets);
  }

  /** Every file below a folder, but for those in it that the user has written; links are not followed. */
  async below(folder: string, written: readonly string[], secrets: Secrets): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await this.below(path, [], secrets);
      else if (entry.isFile() && !written.includes(entry.name)) {
        this.in(path, await readFile(path, "latin1"), secrets);
      }
    }
  }
}
