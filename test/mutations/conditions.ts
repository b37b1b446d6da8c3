/** A condition with one of its parts left out. */
export interface Weakened {
  readonly without: string;
  readonly condition: string;
}

/** Every condition that is weaker by one operand of an AND, at whatever depth, as PostgreSQL prints it. */
export function weakened(condition: string): Weakened[] {
  return groupsOf(condition).flatMap(({ start, end }) => {
    const operands = operandsOf(condition.slice(start, end));
    if (operands.length < 2) return [];
    return operands.map((without, index) => ({
      without: without.trim(),
      condition: `${condition.slice(0, start)}${operands.filter((_, each) => each !== index).join(' AND ')}${condition.slice(end)}`,
    }));
  });
}

/** The inside of every pair of parentheses. */
function groupsOf(text: string): { start: number; end: number }[] {
  const open: number[] = [];
  const groups: { start: number; end: number }[] = [];
  for (const [at, letter] of [...text].entries()) {
    if (letter === '(') open.push(at + 1);
    if (letter === ')') groups.push({ start: open.pop() ?? 0, end: at });
  }
  return groups;
}

/** Operands of the AND that a group is made of; the group itself when it is none. */
function operandsOf(group: string): string[] {
  const operands = [''];
  let depth = 0;
  for (const piece of group.split(/([()]| AND )/)) {
    if (piece === '(') depth += 1;
    if (piece === ')') depth -= 1;
    if (piece === ' AND ' && depth === 0) operands.push('');
    else operands[operands.length - 1] += piece;
  }
  return operands;
}

/** A text with each place that a pattern matches replaced in turn. */
export function replacedInTurn(text: string, pattern: RegExp, by: string): Weakened[] {
  return [...text.matchAll(pattern)].map(({ 0: without, index }) => ({
    without: without.replaceAll(/\s+/g, ' '),
    condition: `${text.slice(0, index)}${by}${text.slice(index + without.length)}`,
  }));
}
