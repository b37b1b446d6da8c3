import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/common/package-root.js';

/** Folders whose files may import from `src/`. Paths into `dist/` mean the sources. */
const IMPORTING_FOLDERS = ['src', 'migrations', 'test', 'bench', 'bin'] as const;

/** An import that makes all exports of a file used: `import * as`, `export * from`, or `import()` of unknown names. */
const ALL = '*';

interface Import {
  readonly file: string;
  readonly name: string;
}

function filesIn(folder: string): string[] {
  return readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(tsx?|m?js)$/.test(file) && !file.includes('node_modules'))
    .map((file) => join(folder, file));
}

/** The source file that an import in `from` means; null outside of this package. */
function resolveImport(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  const path = relative(PACKAGE_ROOT, join(PACKAGE_ROOT, dirname(from), specifier))
    .replace(/^dist\//, '')
    .replace(/\.js$/, '');
  return [`${path}.ts`, `${path}.tsx`].find((candidate) => existsSync(join(PACKAGE_ROOT, candidate))) ?? null;
}

function importsOf(from: string, source: ts.SourceFile): Import[] {
  const imports: Import[] = [];
  const add = (specifier: ts.Node | undefined, names: readonly string[]): void => {
    const file = specifier && ts.isStringLiteral(specifier) ? resolveImport(from, specifier.text) : null;
    if (file !== null) imports.push(...names.map((name) => ({ file, name })));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, importedNames(node));
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, [ALL]);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, [node.qualifier?.getText() ?? ALL]);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], dynamicallyImportedNames(node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return imports;
}

function importedNames({ importClause }: ts.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings;
  if (!bindings) return [];
  if (!ts.isNamedImports(bindings)) return [ALL];
  return bindings.elements.map(({ propertyName, name }) => (propertyName ?? name).text);
}

/** Names of `const { a, b } = await import(…)`. */
function dynamicallyImportedNames(call: ts.CallExpression): string[] {
  const owner = ts.isAwaitExpression(call.parent) ? call.parent.parent : call.parent;
  if (!ts.isVariableDeclaration(owner) || !ts.isObjectBindingPattern(owner.name)) return [ALL];
  return owner.name.elements.map(({ propertyName, name }) => (propertyName ?? name).getText());
}

function exportsOf(source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText());
    return isNamedDeclaration(statement) && statement.name ? [statement.name.getText()] : [];
  });
}

function isNamedDeclaration(node: ts.Node): node is ts.DeclarationStatement {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node)
  );
}

function parse(file: string): ts.SourceFile {
  const text = readFileSync(join(PACKAGE_ROOT, file), 'utf8');
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

/** Exports of `src/` that no other file imports. */
function unusedExports(sources: ReadonlyMap<string, ts.SourceFile>): string[] {
  const used = new Set(
    [...sources].flatMap(([from, source]) =>
      importsOf(from, source)
        .filter(({ file }) => file !== from)
        .map(({ file, name }) => `${file}: ${name}`),
    ),
  );
  return [...sources]
    .filter(([file]) => file.startsWith('src/') && !used.has(`${file}: ${ALL}`))
    .flatMap(([file, source]) => exportsOf(source).map((name) => `${file}: ${name}`))
    .filter((entry) => !used.has(entry));
}

describe('exports', () => {
  const sources = new Map(
    IMPORTING_FOLDERS.flatMap(filesIn).map((file): [string, ts.SourceFile] => [file, parse(file)]),
  );

  it('of src/ are imported by another file', () => {
    expect(unusedExports(sources)).toEqual([]);
  });

  it('are found when nobody imports them', () => {
    const text =
      'export const spare = 1; export interface Spare {} export function toSpare() {} const own = 2;';
    const spare = ts.createSourceFile('src/spare.ts', text, ts.ScriptTarget.Latest, true);
    expect(unusedExports(new Map([...sources, ['src/spare.ts', spare]]))).toEqual([
      'src/spare.ts: spare',
      'src/spare.ts: Spare',
      'src/spare.ts: toSpare',
    ]);
  });
});
