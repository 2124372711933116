/** Names that happen to have no letters where a lineage and a generation stand. */
import type { Authority, Issued } from "../../emulator/pki";
import { lineageDigitsOf } from "../../provider/certificates/name";

const maxTries = 500;

/** A resource, with no parents, of which the lineage has decimal digits only; any one where no lineage has. */
export function decimalResource(): string {
  const resources = Array.from({ length: maxTries }, (_, count) => `backend${count}`);
  const isDecimal = (resource: string) => {
    const place = { project: "shop", stack: "prod", parents: "", resource };
    return /^\d+$/.test(lineageDigitsOf(place));
  };
  return resources.find(isDecimal) ?? "backend";
}

/** A certificate of which the generation has decimal digits only. */
export async function issueDecimal(authority: Authority): Promise<Issued> {
  for (;;) {
    const issued = await authority.issue();
    if (/^\d{8}/.test(issued.fingerprint)) return issued;
  }
}
