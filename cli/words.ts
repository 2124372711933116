import { settings } from "../provider/settings";
import { inWords, type Vocabulary } from "../provider/text/vocabulary";

/** The settings that have an option, as `withConnection` declares them. */
export const optionOf: Readonly<Record<string, string>> = {
  account: "--account",
  project: "--project",
  endpoint: "--endpoint",
  apiKey: "--api-key-file",
};

/** The command serves every engine, and reads the settings of none: it names its own options, and the environment. */
const vocabulary: Vocabulary = {
  apply: "the same command",
  cancel: "`pulumi cancel`",
  forget: "`pulumi state delete URN` or `terraform state rm ADDRESS`",
  editState: "Correct the state",
  inTheWay: "",
  moreAtOnce: "more resources at a time",
  setting: name => optionOf[name] ?? variableOf(name),
  set: name => {
    const option = optionOf[name];
    if (option === undefined) return `${variableOf(name)}=VALUE`;
    return `${option} ${name === "apiKey" ? "FILE" : name === "endpoint" ? "URL" : "NAME"}`;
  },
};

/** The variable of the environment that a setting is read from. */
export function variableOf(setting: string): string {
  return (settings as Record<string, { variable: string }>)[setting]?.variable ?? setting;
}

/** A message of the core as the users of the command read it. */
export function inCommandWords(text: string): string {
  return inWords(text, vocabulary);
}
