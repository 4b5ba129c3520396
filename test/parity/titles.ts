/**
 * The titles of the tests in a file, read off its syntax: a test that is renamed, skipped or gone
 * is missed at once, and nothing has to run for that.
 */
import { readFileSync } from "node:fs";
import { format } from "node:util";
import ts from "typescript";

/** Each as it is written, and of a table whose values are literals also each row's. */
export function titlesIn(file: string): Set<string> {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
  const titles = new Set<string>();
  const visit = (node: ts.Node) => {
    if (ts.isCallExpression(node)) {
      if (isSkipped(node)) return;
      for (const title of titlesOf(node)) titles.add(title);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return titles;
}

/** it("title", …) has one; it.each([…])("title", …) has more. */
function titlesOf({ expression, arguments: [first] }: ts.CallExpression): string[] {
  const title = first && textOf(first);
  if (title === undefined) return [];
  if (isNamed(expression, "it")) return [title];
  if (!ts.isCallExpression(expression)) return [];
  const { expression: each, arguments: table } = expression;
  if (!ts.isPropertyAccessExpression(each) || each.name.text !== "each") return [];
  return isNamed(each.expression, "it") ? [title, ...expanded(title, table[0])] : [];
}

/** it.skip(…), describe.skip(…), describe.skip.each(…)(…), it.todo(…), and what is in them. */
function isSkipped({ expression }: ts.CallExpression): boolean {
  if (ts.isCallExpression(expression)) return isSkipped(expression);
  if (!ts.isPropertyAccessExpression(expression)) return false;
  const { name, expression: object } = expression;
  return /^(skip|todo)$/.test(name.text) || (name.text === "each" && isSkip(object));
}

function isSkip(node: ts.Expression): boolean {
  return ts.isPropertyAccessExpression(node) && node.name.text === "skip";
}

function expanded(title: string, table: ts.Expression | undefined): string[] {
  if (table === undefined) return [];
  const rows = ts.isAsExpression(table) ? table.expression : table;
  if (!ts.isArrayLiteralExpression(rows)) return [];
  return rows.elements.flatMap((row) => {
    const values = ts.isArrayLiteralExpression(row) ? row.elements.map(literal) : [literal(row)];
    const wanted = values.slice(0, title.match(/%[a-z]/g)?.length ?? 0);
    return wanted.includes(undefined) ? [] : [format(title, ...wanted)];
  });
}

/** Of a template, with … for its values. undefined: it is no text at all. */
function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head, ...node.templateSpans.map(({ literal }) => literal)]
    .map(({ text }) => text)
    .join("…");
}

/** undefined: it is no literal. */
function literal(node: ts.Expression): string | number | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isNumericLiteral(node) ? Number(node.text) : undefined;
}

function isNamed(node: ts.Expression, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}
