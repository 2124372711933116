import { type Identity, keyOf } from "../certificates/identity";
import { mayBeSameAccount } from "./place";

/** A CA certificate as the program of this run has it. */
interface WantedAuthority {
  account?: string | undefined;
  name?: string | undefined;
}

/** The CA certificates of the program. */
export class ProgramAuthorities {
  private readonly wanted = new Map<string, WantedAuthority>();

  note(identity: Identity | undefined, wanted: WantedAuthority): void {
    if (identity !== undefined) this.wanted.set(keyOf(identity), wanted);
  }

  /** Whether a resource of the program is for the CA certificate of this name; an account that is not known may be any. */
  has(account: string | undefined, name: string): boolean {
    return [...this.wanted.values()].some(
      wanted => wanted.name === name && mayBeSameAccount(wanted.account, account),
    );
  }
}
