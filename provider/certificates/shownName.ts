import { keepInClear } from "../text/secret";
import { familyOf } from "./name";

/**
 * Keeps the name of a certificate readable, although a secret variable may hold it. One that this provider has made tells
 * nothing; one that a user has chosen is a secret where he says so.
 */
export function showName(name: string): void {
  if (familyOf(name) !== undefined) keepInClear(name);
}
