import { readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { inPulumiWords } from "../../provider/adapters/pulumiWords";
import { read, root } from "./blocks";

/** Where a text is no message: what a property describes, and the advice that follows a problem. */
const ignoredProperties = new Set([
  "advice",
  "default",
  "description",
  "doc",
  "import",
  "output",
  "resource",
  "right",
  "values",
]);

/** What a contract says of a member or a type stands behind its schema. */
const worded = new Set(["fact", "member", "typed"]);

/** What is not shown by itself: reserved words, the forms of an id, commands and parts of an advice. */
const ignored = [
  /^zuplo:index:\w+$/,
  /^await break case/,
  /^(ID|branch\/NAME) or account\//,
  /^pulumi config set /,
  /^Upload it first/,
  /^(deployments?|environments|MtlsCertificates|ClientMtlsCaCertificates|deployment) of /,
  /^Gateway Initialization Error$/,
  /^pulumi:pulumi:Stack$/,
];

/** Descriptions of properties and of codes. */
const isNotShown = /^provider\/(schema\/|codes\.ts$|adapters\/pulumiWords\.ts$)|^sdk\/python/;

export const MIN_WORDS = 3;

/** Every text of provider/ and sdk/ that a user may be shown; what differs is `…`. */
export function messages(): { text: string; at: string }[] {
  const list = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map(file => `${folder}/${file}`);
  const files = [...list("provider"), ...list("sdk")].filter(
    file => file.endsWith(".ts") && !isNotShown.test(file),
  );
  return files.flatMap(messagesOf).filter(({ text }) => !ignored.some(pattern => pattern.test(text)));
}

function messagesOf(file: string): { text: string; at: string }[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022, true);
  const constants = constantsOf(source);
  /** Constants that stand in a sentence are told with it. */
  const parts = new Set<ts.Node>();
  const found: { text: string; node: ts.Node }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isPropertyAssignment(node) && ignoredProperties.has(node.name.getText())) return;
    if (ts.isVariableDeclaration(node) && node.name.getText() === "advice") return;
    if (ts.isFunctionDeclaration(node) && node.name?.getText().endsWith("Advice")) return;
    if (ts.isCallExpression(node) && worded.has(node.expression.getText())) {
      const [schema] = node.arguments;
      if (schema !== undefined && textOf(schema) === undefined) visit(schema);
      return;
    }
    const text = textOf(node);
    if (text !== undefined) found.push({ text: text.replace(/\s+/g, " ").trim(), node });
    for (const part of text === undefined ? childrenOf(node) : valuesIn(node)) visit(part);
  };
  /** A sentence: a literal, a template, or several of them with `+` in between. */
  const textOf = (node: ts.Node): string | undefined => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
    if (isSum(node)) {
      const sides = [node.left, node.right].map(textOf);
      return sides.every(side => side === undefined) ? undefined : sides.map(side => side ?? "…").join("");
    }
    if (!ts.isTemplateExpression(node)) return undefined;
    return node.head.text + node.templateSpans.map(span => shownIn(span) + span.literal.text).join("");
  };
  const shownIn = ({ expression }: ts.TemplateSpan): string => {
    const [, term, name] = /^say\.(\w+)(?:\("(\w+)"\))?$/.exec(expression.getText()) ?? [];
    if (term !== undefined) return inPulumiWords(`{{${[term, name].filter(Boolean).join(" ")}}}`);
    const constant = ts.isIdentifier(expression) ? constants.get(expression.text) : undefined;
    if (constant === undefined) return "…";
    parts.add(constant);
    return constant.text;
  };
  visit(source);
  return found
    .filter(({ text, node }) => wordsOf(text) >= MIN_WORDS && !parts.has(node))
    .map(({ text, node }) => ({
      text,
      at: `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`,
    }));
}

/** The texts that a file gives names to. */
function constantsOf(source: ts.SourceFile): Map<string, ts.StringLiteral> {
  const constants = new Map<string, ts.StringLiteral>();
  for (const statement of source.statements)
    for (const { name, initializer } of ts.isVariableStatement(statement)
      ? statement.declarationList.declarations
      : [])
      if (initializer !== undefined && ts.isStringLiteral(initializer))
        constants.set(name.getText(), initializer);
  return constants;
}

const isSum = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;

/** What stands in a sentence and is none of its words. */
function valuesIn(node: ts.Node): ts.Node[] {
  if (ts.isTemplateExpression(node)) return node.templateSpans.map(({ expression }) => expression);
  if (isSum(node)) return [node.left, node.right].flatMap(valuesIn);
  return ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) ? [] : [node];
}

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, child => void children.push(child));
  return children;
}

export function wordsOf(text: string): number {
  return text.split(/[\s:]+/).filter(word => /^[`'"(]?[A-Za-z]{2,}/.test(word)).length;
}

/** What is searched for: a message up to its advice, where that part alone tells it from others. */
export function keyOf(text: string): string {
  const [problem = ""] = text.split(": ");
  return wordsOf(problem) >= MIN_WORDS ? problem : text;
}
