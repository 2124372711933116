/** What a check has to say, or nothing; a result that is no problem says nothing. */
export function reasonOf(result: object | undefined): string {
  return result !== undefined && "reason" in result ? String(result.reason) : "";
}
