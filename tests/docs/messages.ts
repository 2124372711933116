import { readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { read, root } from "./blocks";

/** Where a text is no message: what a property describes, and the advice that follows a problem. */
const ignoredProperties = new Set(["description", "advice", "resource"]);

/** What is not shown by itself: reserved words, the forms of an id, commands and parts of an advice. */
const ignored = [
  /^zuplo:index:\w+$/,
  /^await break case/,
  /^(ID|branch\/NAME) or account\//,
  /^pulumi config set /,
  /^Upload it first/,
  /^(deployments?|environments|MtlsCertificates|ClientMtlsCaCertificates|deployment) of /,
  /^Gateway Initialization Error$/,
];

export const MIN_WORDS = 3;

/** Every text of provider/ and sdk/ that a user may be shown; what differs is `…`. */
export function messages(): { text: string; at: string }[] {
  const list = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map(file => `${folder}/${file}`);
  const files = [...list("provider"), ...list("sdk")].filter(
    file => file.endsWith(".ts") && !file.startsWith("provider/schema/") && !file.startsWith("sdk/python"),
  );
  return files.flatMap(messagesOf).filter(({ text }) => !ignored.some(pattern => pattern.test(text)));
}

function messagesOf(file: string): { text: string; at: string }[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022, true);
  const found: { text: string; at: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isPropertyAssignment(node) && ignoredProperties.has(node.name.getText())) return;
    if (ts.isVariableDeclaration(node) && node.name.getText() === "advice") return;
    const text = textOf(node)?.replace(/\s+/g, " ").trim();
    if (text !== undefined && wordsOf(text) >= MIN_WORDS)
      found.push({ text, at: `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}` });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
}

export function wordsOf(text: string): number {
  return text.split(/[\s:]+/).filter(word => /^[`'"(]?[A-Za-z]{2,}/.test(word)).length;
}

/** What is searched for: a message up to its advice, where that part alone tells it from others. */
export function keyOf(text: string): string {
  const [problem = ""] = text.split(": ");
  return wordsOf(problem) >= MIN_WORDS ? problem : text;
}
