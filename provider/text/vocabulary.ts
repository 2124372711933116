/**
 * The core knows no engine: where a message needs an engine's own words, it holds a placeholder, and the adapter that
 * shows the message puts its words there.
 */
export interface Vocabulary {
  /** The command that makes the program true: `pulumi up`. */
  apply: string;
  /** The command that ends a run which hangs. */
  cancel: string;
  /** The command that takes a resource out of the state, and leaves what it stands for as it is. */
  forget: string;
  /** What to do about a state that somebody has spoiled. */
  editState: string;
  /** Where it stands what keeps a rotation from its end: a space and a sentence, or nothing. */
  inTheWay: string;
  /** What lets the engine work on more resources at a time, after `with`. */
  moreAtOnce: string;
  /** How a setting of the provider is called: `zuplo:apiKey`. */
  setting(name: string): string;
  /** How a setting is given a value. */
  set(name: string): string;
}

/** What the core writes instead. */
export const say = {
  apply: "{{apply}}",
  cancel: "{{cancel}}",
  forget: "{{forget}}",
  editState: "{{editState}}",
  inTheWay: "{{inTheWay}}",
  moreAtOnce: "{{moreAtOnce}}",
  setting: (name: string) => `{{setting ${name}}}`,
  set: (name: string) => `{{set ${name}}}`,
};

/** A message in the words of an engine. */
export function inWords(text: string, vocabulary: Vocabulary): string {
  return text.replace(
    /\{\{(apply|cancel|forget|editState|inTheWay|moreAtOnce|setting|set)(?: (\w+))?\}\}/g,
    (_, term: string, name = "") => {
      switch (term) {
        case "setting":
          return vocabulary.setting(name);
        case "set":
          return vocabulary.set(name);
        default:
          return vocabulary[term as Exclude<keyof Vocabulary, "setting" | "set">];
      }
    },
  );
}
