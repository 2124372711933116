/**
 * The stable codes of messages. A message ends with its code, as in `… [ZUPLO1203]`; its wording may change, its code
 * never does, and a code that is no longer used is not given to another message. Grouped by kind: 10 settings, 11
 * arguments, 12 certificates, 13 variables, 14 redeploys and rollbacks, 15 the command line.
 */
export const codes = {
  ZUPLO1001: "The API key belongs to another account than the resource.",
  ZUPLO1101: "Two resources of one program set the same variable.",
  ZUPLO1102: "The environments of a binding do not cover its stages.",
  ZUPLO1103: "A certificate is to be deleted before its replacement exists.",
  ZUPLO1201: "A certificate stays enabled, since a variable names it.",
  ZUPLO1202: "A certificate stays enabled, since variables cannot be read.",
  ZUPLO1203: "A certificate stays enabled, since code may name it.",
  ZUPLO1204: "A replaced certificate is left at Zuplo, since it is still in use.",
  ZUPLO1205: "A certificate cannot be removed: others use it.",
  ZUPLO1206: "A replaced certificate is still in use, and `others` says that this is an error.",
  ZUPLO1207: "Zuplo answers 404, which does not prove that the certificate is gone.",
  ZUPLO1208: "A working copy uses a certificate.",
  ZUPLO1209: "A certificate is gone, and a variable still names it.",
  ZUPLO1210: "A certificate that an earlier run left is deleted.",
  ZUPLO1211: "Zuplo refuses to delete a certificate that nothing is known to use.",
  ZUPLO1301: "A variable was set by another resource of the same run.",
  ZUPLO1302: "A variable that exists is taken over.",
  ZUPLO1303: "A variable would name a certificate that is not enabled for its branch.",
  ZUPLO1401: "A rollback was not begun, since something changed in the meantime.",
  ZUPLO1402: "There was nothing to go back to.",
  ZUPLO1403: "The engine is gone, so nothing more is done.",
  ZUPLO1501: "The command cannot tell which variable of a branch names the certificate.",
} as const;

export type Code = keyof typeof codes;

/** The text with its code at the end, where a user looks for it in the documentation. */
export function coded(code: Code, text: string): string {
  return `${text} [${code}]`;
}
