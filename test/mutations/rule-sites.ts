import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

declare global {
  /** The rules that are off; all of them with `*`. */
  var merziliOff: ReadonlySet<string> | undefined;
}

/** Where a row rule of the SQL layer is stated, in the source. */
export interface RuleSite {
  /** File and number within it. */
  readonly id: string;
  /** The rule as it is written. */
  readonly rule: string;
  /** The table whose rows it is about; null where the rule is used outside of a declaration of rows. */
  readonly table: string | null;
}

/** An expression that is a row rule, and what stands in front of it once it is replaced. */
interface Found {
  readonly expression: ts.Node;
  readonly prefix: string;
  readonly table: string | null;
}

const ROOT = join(import.meta.dirname, '../..');
/** Lets everyone see every row: it has nothing to lose. */
const OPEN = 'everyone';

const parse = (source: string, file: string): ts.SourceFile =>
  ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);

/** Names of the constants that are declared as a `RowRule`. */
export function ruleNamesIn(source: string, file = 'source.ts'): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.type?.getText() === 'RowRule') {
      names.push(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(source, file));
  return names;
}

/** The text of a sibling property, such as the table of a rule. */
function siblingOf(property: ts.ObjectLiteralElementLike, name: string): ts.Expression | null {
  const siblings = ts.isObjectLiteralExpression(property.parent) ? property.parent.properties : [];
  for (const sibling of siblings) {
    if (sibling.name?.getText() !== name) continue;
    if (ts.isPropertyAssignment(sibling)) return sibling.initializer;
    if (ts.isShorthandPropertyAssignment(sibling)) return sibling.name;
  }
  return null;
}

/** The member `rule` of rows, which name their table beside it. */
function declaredRule(node: ts.Node): Found | null {
  if (!ts.isPropertyAssignment(node) && !ts.isShorthandPropertyAssignment(node)) return null;
  const table = node.name.getText() === 'rule' ? siblingOf(node, 'table') : null;
  // A declaration names its table; the compiler, which applies rules, makes SQL of both.
  if (table === null || !(ts.isStringLiteral(table) || ts.isIdentifier(table))) return null;
  const name = ts.isStringLiteral(table) ? table.text : table.getText();
  return ts.isPropertyAssignment(node)
    ? { expression: node.initializer, prefix: '', table: name }
    : { expression: node, prefix: 'rule: ', table: name };
}

/** Whether an identifier stands for its value, and is no name of a declaration, a member or a type. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isTypeQueryNode(parent))
    return false;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return !('name' in parent && parent.name === node);
}

/** Every place of a file that states a row rule: of rows, or by the name of one. */
function rulesIn(file: ts.SourceFile, names: ReadonlySet<string>): Found[] {
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    const declared = declaredRule(node);
    if (declared) {
      if (declared.expression.getText() !== OPEN) found.push(declared);
      return;
    }
    if (ts.isIdentifier(node) && names.has(node.text) && node.text !== OPEN && isValue(node)) {
      found.push({ expression: node, prefix: '', table: null });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The source with every rule replaced by one that asks which mutant is on. */
export function withSwitches(
  source: string,
  file: string,
  names: ReadonlySet<string> = ruleNames(),
): { source: string; sites: RuleSite[] } {
  const name = relative(ROOT, file);
  const sites: RuleSite[] = [];
  let switched = '';
  let end = 0;
  for (const { expression, prefix, table } of rulesIn(parse(source, file), names)) {
    const id = `${name}#${sites.length + 1}`;
    const rule = ts.isShorthandPropertyAssignment(expression) ? expression.name.text : expression.getText();
    sites.push({ id, rule: rule.replaceAll(/\s+/g, ' '), table });
    switched += `${source.slice(end, expression.getStart())}${prefix}${switchFor(id, rule)}`;
    end = expression.getEnd();
  }
  return { source: switched + source.slice(end), sites };
}

function switchFor(id: string, rule: string): string {
  const isOff = `globalThis.merziliOff?.has(${JSON.stringify(id)}) || globalThis.merziliOff?.has('*')`;
  return `((row, audience) => ${isOff} ? new (row('key').constructor)(['true']) : (${rule})(row, audience))`;
}

function sourceFiles(): { path: string; source: string }[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => join(ROOT, 'src', file))
    .map((path) => ({ path, source: readFileSync(path, 'utf8') }));
}

let known: ReadonlySet<string> | null = null;

/** Names of the row rules that the sources of the server declare. */
function ruleNames(): ReadonlySet<string> {
  known ??= new Set(sourceFiles().flatMap(({ path, source }) => ruleNamesIn(source, path)));
  return known;
}

/** Every site in the sources of the server. */
export function ruleSites(): RuleSite[] {
  return sourceFiles().flatMap(({ path, source }) => withSwitches(source, path).sites);
}
