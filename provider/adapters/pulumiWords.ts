import { inWords, type Vocabulary } from "../text/vocabulary";

const vocabulary: Vocabulary = {
  apply: "`pulumi up`",
  cancel: "`pulumi cancel`",
  forget: "`pulumi state delete URN`",
  editState: "Correct the state: export it with `pulumi stack export`, and import it again",
  inTheWay: " `npx pulumi-zuplo status` shows what is in the way.",
  moreAtOnce: "a higher `--parallel` of `pulumi up`",
  setting: name => `zuplo:${name}`,
  set: name =>
    name === "apiKey" ? "pulumi config set --secret zuplo:apiKey" : `pulumi config set zuplo:${name} NAME`,
};

/** A message of the core as Pulumi's users read it. */
export function inPulumiWords(text: string): string {
  return inWords(text, vocabulary);
}
