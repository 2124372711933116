/** Names that happen to have no letters where a lineage and a generation stand. */
import type { Authority, Issued } from "../../emulator/pki";
import { lineageOf } from "../../provider/certificates/name";

/** A resource, with no parents, of which the lineage has decimal digits only. */
export function decimalResource(): string {
  for (let count = 1; ; count += 1) {
    const resource = `backend${count}`;
    const place = { project: "shop", stack: "prod", parents: "", resource };
    if (/^\d+$/.test(lineageOf(place))) return resource;
  }
}

/** A certificate of which the generation has decimal digits only. */
export async function issueDecimal(authority: Authority): Promise<Issued> {
  for (;;) {
    const issued = await authority.issue();
    if (/^\d{8}/.test(issued.fingerprint)) return issued;
  }
}
