/** Pages as they are shown away from their repository, where the files that they link to are not beside them. */
import { posix } from "node:path";

/** Where a repository shows its files. */
export interface Place {
  /** Base URL, such as `https://github.com/owner/name`. */
  repository: string;
  /** The version that the page belongs to: a tag such as `v1.2.3`, or a branch. */
  ref: string;
  /** The page, from the root of the repository. Default: `README.md`. */
  file?: string;
  /** Whether a file goes along with the page, so that a link to it stays as it is. Default: none does. */
  staysBeside?: (path: string) => boolean;
}

/** A span of code, or an inline link or image: what is before the bracket, the text, the target and its title. */
const spans = /(`+)(?:(?!\1)[\s\S])+\1|(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)(\s+"[^"]*")?\)/g;

/** Forms that are not rewritten, and would be left broken without a word. */
const otherForms = /^\s*\[[^\]]+\]:\s+(?!https?:)\S|<(?:a|img)\s[^>]*\b(?:href|src)="(?!https?:|#)/i;

/**
 * The page with its relative links made absolute: to where the repository shows a file, or, for images, to the file
 * itself. Links within the page, absolute ones and code stay as they are.
 *
 * @throws where a link leads out of the repository, or is written in a form that is not understood here
 */
export function withAbsoluteLinks(markdown: string, place: Place): string {
  let isCode = false;
  return markdown
    .split("\n")
    .map((line, index) => {
      const isFence = /^\s*(```|~~~)/.test(line);
      if (isFence) isCode = !isCode;
      if (isFence || isCode) return line;
      if (otherForms.test(line))
        throw new Error(`${fileOf(place)}:${index + 1}: write the link as [text](path).`);
      return rewritten(line, place);
    })
    .join("\n");
}

function rewritten(text: string, place: Place): string {
  return text.replace(spans, (span, code, image, label, target, title = "") =>
    code === undefined
      ? `${image}[${rewritten(label, place)}](${absolute(target, image === "!", place)}${title})`
      : span,
  );
}

function absolute(target: string, isImage: boolean, place: Place): string {
  if (/^([a-z][a-z\d+.-]*:|#|\/)/i.test(target)) return target;
  const [path = "", anchor] = target.split("#");
  const linked = posix.join(posix.dirname(fileOf(place)), path).replace(/\/$/, "");
  if (linked.startsWith("..")) throw new Error(`${fileOf(place)}: ${target} leads out of the repository.`);
  if (place.staysBeside?.(linked) === true) return target;
  const shown = `${place.repository.replace(/\/$/, "")}/${isImage ? "raw" : "blob"}/${place.ref}/${linked}`;
  return anchor === undefined ? shown : `${shown}#${anchor}`;
}

const fileOf = ({ file = "README.md" }: Place): string => file;
