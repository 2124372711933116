/**
 * The stable codes of messages. A message ends with its code, as in `… [ZUPLO1203]`; its wording may change, its code
 * never does, and a code that is no longer used is not given to another message. Grouped by kind: 10 settings, 11
 * arguments, 12 certificates, 13 variables and the deployments that read them, 14 redeploys and rollbacks, 15 the command
 * line.
 */
export type Code =
  /** The API key belongs to another account than the resource. */
  | "ZUPLO1001"
  /** What is to be imported is not there, or the API key does not see it. */
  | "ZUPLO1002"
  /** The API key cannot be sent as it is. */
  | "ZUPLO1003"
  /** Two resources of one program set the same variable. */
  | "ZUPLO1101"
  /** The environments of a binding do not cover its stages. */
  | "ZUPLO1102"
  /** A certificate is to be deleted before its replacement exists. */
  | "ZUPLO1103"
  /** Which certificate a verification should see is not known. */
  | "ZUPLO1104"
  /** A certificate and a variable have one name. */
  | "ZUPLO1105"
  /** Another CA certificate would delete the one that callers still need. */
  | "ZUPLO1106"
  /** A file with a key can be read by others. */
  | "ZUPLO1107"
  /** A certificate stays enabled, since a variable names it. */
  | "ZUPLO1201"
  /** A certificate stays enabled, since variables cannot be read. */
  | "ZUPLO1202"
  /** A certificate stays enabled, since code may name it. */
  | "ZUPLO1203"
  /** A replaced certificate is left at Zuplo, since it is still in use. */
  | "ZUPLO1204"
  /** A certificate cannot be removed: others use it. */
  | "ZUPLO1205"
  /** A replaced certificate is still in use, and `others` says that this is an error. */
  | "ZUPLO1206"
  /** Zuplo answers 404, which does not prove that the certificate is gone. */
  | "ZUPLO1207"
  /** A working copy uses a certificate. */
  | "ZUPLO1208"
  /** A certificate is gone, and a variable still names it. */
  | "ZUPLO1209"
  /** A certificate that an earlier run left is deleted. */
  | "ZUPLO1210"
  /** Zuplo refuses to delete a certificate that nothing is known to use. */
  | "ZUPLO1211"
  /** A run waits for the edge before it deletes what is no longer used. */
  | "ZUPLO1212"
  /** When a certificate expires cannot be read, so it counts as expiring. */
  | "ZUPLO1213"
  /** A variable was set by another resource of the same run. */
  | "ZUPLO1301"
  /** A variable that exists is taken over. */
  | "ZUPLO1302"
  /** A variable would name a certificate that is not enabled for its branch. */
  | "ZUPLO1303"
  /** A working copy is to be redeployed, or to be a stage. */
  | "ZUPLO1304"
  /** A branch or deployment that the program uses is not there. */
  | "ZUPLO1305"
  /** A variable belongs to several environments. */
  | "ZUPLO1306"
  /** A variable that is deleted does not get the value that it was to be left with. */
  | "ZUPLO1307"
  /** A variable has the program's value again, which a resource that has left the program had changed. */
  | "ZUPLO1308"
  /** The address of a deployment is none at which a gateway can be asked. */
  | "ZUPLO1309"
  /** A rollback was not begun, since something changed in the meantime. */
  | "ZUPLO1401"
  /** There was nothing to go back to. */
  | "ZUPLO1402"
  /** The engine is gone, so nothing more is done. */
  | "ZUPLO1403"
  /** The answer to a verification does not show the certificate. */
  | "ZUPLO1404"
  /** Somebody has pushed while a deployment was redeployed. */
  | "ZUPLO1405"
  /** A deployment was deployed again while it was verified. */
  | "ZUPLO1406"
  /** The gateway does not tell which build answers, so it is waited before it is verified. */
  | "ZUPLO1407"
  /** The command cannot tell which variable of a branch names the certificate. */
  | "ZUPLO1501"
  /** A script cannot be a plugin of Terraform on Windows. */
  | "ZUPLO1580"
  /** Terraform has no name for the machine. */
  | "ZUPLO1581"
  /** A file of somebody else stands where the mirror is to be. */
  | "ZUPLO1582"
  /** The folder of the mirror cannot be written. */
  | "ZUPLO1583";

/** The text with its code at the end, where a user looks for it in the documentation. */
export function coded(code: Code, text: string): string {
  return `${text} [${code}]`;
}
