import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/common/package-root.js';

/** Maximum numbers of lines in `src/`. CONTRIBUTING.md states them too. */
const MAX_LINES = { file: 400, function: 60, closure: 80 } as const;

/** A function of a source file. */
interface MeasuredFunction {
  readonly name: string;
  readonly lines: number;
  /** Whether it holds named functions, which share its variables. */
  readonly isClosure: boolean;
}

function sourceFiles(): string[] {
  return readdirSync(join(PACKAGE_ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .sort();
}

/** The functions of a source text, nested ones included. */
function functionsOf(file: string, text: string): MeasuredFunction[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const measured: MeasuredFunction[] = [];
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const lines = lineAt(node.end) - lineAt(node.getStart()) + 1;
      measured.push({ name: nameOf(node), lines, isClosure: holdsNamedFunction(node.body) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return measured;
}

function nameOf(node: ts.SignatureDeclaration): string {
  const owner = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  return owner?.getText() ?? '(anonymous)';
}

function holdsNamedFunction(body: ts.Node): boolean {
  const isNamed = (node: ts.Node): boolean =>
    ts.isFunctionDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ((ts.isArrowFunction(node) || ts.isFunctionExpression(node)) && ts.isVariableDeclaration(node.parent));
  return (
    ts.forEachChild(body, (child): true | undefined =>
      isNamed(child) || holdsNamedFunction(child) ? true : undefined,
    ) === true
  );
}

function tooLong(file: string, text: string): string[] {
  const lines = text.trimEnd().split('\n').length;
  return [
    ...(lines > MAX_LINES.file ? [`${file} has ${lines} lines`] : []),
    ...functionsOf(file, text)
      .filter((one) => one.lines > MAX_LINES[one.isClosure ? 'closure' : 'function'])
      .map((one) => `${file}: ${one.name} has ${one.lines} lines`),
  ];
}

describe('lengths of files and functions', () => {
  it('no file or function of src/ is too long', () => {
    const found = sourceFiles().flatMap((file) =>
      tooLong(`src/${file}`, readFileSync(join(PACKAGE_ROOT, 'src', file), 'utf8')),
    );
    expect(found).toEqual([]);
  });

  const statements = (count: number): string => 'work();\n'.repeat(count);

  it.each([
    ['a function', `function run() {\n${statements(59)}}`, 'x.ts: run has 61 lines'],
    ['an arrow function', `const run = () => {\n${statements(59)}};`, 'x.ts: run has 61 lines'],
    ['a method', `class A {\nrun() {\n${statements(59)}}\n}`, 'x.ts: run has 61 lines'],
    ['a closure', `function run() {\nfunction work() {}\n${statements(78)}}`, 'x.ts: run has 81 lines'],
    ['a file', statements(401), 'x.ts has 401 lines'],
  ])('finds %s with one line too many, and none without it', (_what, text, message) => {
    expect(tooLong('x.ts', text)).toEqual([message]);
    expect(tooLong('x.ts', text.replace('work();\n', ''))).toEqual([]);
  });
});
