/**
 * The register of the codes of messages, each with what it stands for. A message ends with its code, as in
 * `… [ZUPLO1203]`; its wording may change, its code never does, and a code that is no longer used is not given to another
 * message. One code stands for one thing that a user can act on, however many sentences there are about it. Grouped by
 * kind: 10 settings, 11 arguments, 12 certificates, 13 variables and the deployments that read them, 14 redeploys and
 * rollbacks, 15 the command line, 16 calls to the API, 19 what nobody should see. Each has a section in
 * docs/guides/troubleshooting.md.
 */
export const codes = {
  ZUPLO1001: "The API key belongs to another account than the resource.",
  ZUPLO1002: "What is to be imported is not there, or the API key does not see it.",
  ZUPLO1003: "The API key cannot be sent as it is.",
  ZUPLO1004: "A setting is missing.",
  ZUPLO1005: "A setting cannot be used.",
  ZUPLO1006: "A setting for debugging would write secrets into the log.",
  ZUPLO1007: "The API key comes from the environment, and the endpoint does not.",

  ZUPLO1101: "Two resources of one program set the same variable.",
  ZUPLO1102: "The environments of a binding do not cover its stages.",
  ZUPLO1103: "A certificate is to be deleted before its replacement exists.",
  ZUPLO1104: "It is not known which certificate a verification should see.",
  ZUPLO1105: "A certificate and a variable have the same name.",
  ZUPLO1106: "Another CA certificate would delete the one that callers still need.",
  ZUPLO1107: "A file that holds a secret can be read by others.",
  ZUPLO1108: "An argument is missing, unknown, or has the wrong form.",
  ZUPLO1109: "Some arguments do not go together.",
  ZUPLO1110: "Zuplo does not accept a name.",
  ZUPLO1111: "A verification cannot work as it is described.",
  ZUPLO1112: "A value has to be known before the run.",
  ZUPLO1113: "An import id has the wrong form.",

  ZUPLO1201: "A certificate stays enabled because a branch still needs it.",
  ZUPLO1202: "A certificate stays enabled because nobody can see whether a branch needs it.",
  ZUPLO1203: "A certificate stays enabled because code may name it.",
  ZUPLO1204: "A replaced certificate is left at Zuplo because it is still in use.",
  ZUPLO1205: "A certificate cannot be removed because others use it.",
  ZUPLO1206: "A replaced certificate is still in use, and `others` makes that an error.",
  ZUPLO1207: "Zuplo answers 404, which does not prove that the object is gone.",
  ZUPLO1208: "A working copy uses a certificate that is being disabled.",
  ZUPLO1209: "A certificate is gone, and a variable still names it.",
  ZUPLO1210: "A certificate that an earlier run left behind is deleted.",
  ZUPLO1211: "Zuplo refuses to delete a certificate that should be free.",
  ZUPLO1212: "The run waits for Zuplo's edge before it deletes certificates.",
  ZUPLO1213: "A certificate's expiry date cannot be read, so it counts as expiring.",
  ZUPLO1214: "The PEM of a certificate cannot be used.",
  ZUPLO1215: "The certificate is not valid now.",
  ZUPLO1216: "The certificate expires soon, or has expired.",
  ZUPLO1217: "A backend may refuse the certificate.",
  ZUPLO1218: "The private key is missing or cannot be read.",
  ZUPLO1219: "The private key does not belong to the certificate.",
  ZUPLO1220: "The backend did not accept the certificate in the preflight.",
  ZUPLO1221: "The name is taken by another certificate.",
  ZUPLO1222: "A certificate stays at Zuplo because `onDelete` says so.",
  ZUPLO1223: "There is no such certificate.",

  ZUPLO1301: "A variable was set by another resource of the same run.",
  ZUPLO1302: "An existing variable is taken over.",
  ZUPLO1303: "A variable would name a certificate that its branch cannot use.",
  ZUPLO1304: "A working copy cannot be redeployed.",
  ZUPLO1305: "A branch or deployment that the program uses is not there.",
  ZUPLO1306: "A variable belongs to several environments.",
  ZUPLO1307: "A deleted variable does not get the value of `valueOnDelete`.",
  ZUPLO1308: "A variable has the program's value again.",
  ZUPLO1309: "The address of a deployment is not one at which a gateway can be asked.",
  ZUPLO1310: "A variable stays at Zuplo when its resource is deleted.",
  ZUPLO1311: "A variable that was deleted outside the program is created again.",
  ZUPLO1312: "An imported variable is assumed to have the program's value.",
  ZUPLO1313: "Zuplo cannot change whether a variable is secret.",
  ZUPLO1314: "The variable could not be created, and `adopt: false` forbids taking it over.",
  ZUPLO1315: "A branch has several deployments.",
  ZUPLO1316: "An environment type does not match the deployment's.",

  ZUPLO1401: "A rollback was not begun because something changed in the meantime.",
  ZUPLO1402: "There was nothing to roll back to.",
  ZUPLO1403: "The engine is gone, so nothing more is done.",
  ZUPLO1404: "The answer to a verification does not show the certificate.",
  ZUPLO1405: "Somebody pushed while a deployment was being redeployed.",
  ZUPLO1406: "A deployment was deployed again while it was being verified.",
  ZUPLO1407: "The gateway does not say which build answers, so the run waits before it verifies.",
  ZUPLO1408: "A Redeployment leaves the program, and its deployment stays.",
  ZUPLO1409: "A redeploy did not bring a new build into service.",
  ZUPLO1410: "A verification did not get the expected answer.",
  ZUPLO1411: "A rollback did not complete.",
  ZUPLO1412: "Another deployment was rolled back and needs the old certificate.",

  ZUPLO1501: "The command cannot tell which variable of a branch names the certificate.",
  ZUPLO1502: "The command leaves a certificate at Zuplo.",
  ZUPLO1503: "The command cannot use an option, an argument or a file.",

  ZUPLO1601: "The call was cancelled.",
  ZUPLO1602: "The API key is wrong, or is not allowed to do this.",
  ZUPLO1603: "Zuplo does not find what was asked for.",
  ZUPLO1604: "Zuplo refuses what was sent.",
  ZUPLO1605: "Zuplo was called too often.",
  ZUPLO1606: "Zuplo failed on its side.",
  ZUPLO1607: "Zuplo cannot be reached, or did not answer in time.",
  ZUPLO1608: "The certificate of the API is not trusted.",
  ZUPLO1609: "The answer does not come from Zuplo's API as it is documented.",

  ZUPLO1901: "Something happened that this package did not expect.",
  ZUPLO1902: "The plugin was called in a way that it does not know.",
  ZUPLO1903: "The state was edited by hand and cannot be used.",
} as const;

export type Code = keyof typeof codes;

declare const endsWithCode: unique symbol;
/** A text that ends with a code, which only `coded` makes: what a user is shown has to be one. */
export type Coded = string & { readonly [endsWithCode]: true };

/** The text with its code at the end, where a user looks for it in the documentation. */
export function coded(code: Code, text: string): Coded {
  return `${text} [${code}]` as Coded;
}

/** The code with which a text ends, if it does. */
export function codeOf(text: string): Code | undefined {
  const code = /\[(ZUPLO\d{4})\]$/.exec(text)?.[1];
  return code !== undefined && Object.hasOwn(codes, code) ? (code as Code) : undefined;
}

/** What is wrong with something: a sentence that follows its name and says what to do, and the code of it. */
export interface Problem {
  code: Code;
  reason: string;
}
