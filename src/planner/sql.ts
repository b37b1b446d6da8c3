/**
 * SQL in pieces. Its text comes only from template literals of this code base, quoted literals and numbers. All
 * client input is a {@link Param}, bound when the statement runs.
 */

/** A value bound when the statement runs, computed from the request's coerced variables. */
export class Param {
  constructor(
    /** The PostgreSQL type the placeholder is cast to. */
    readonly type: string,
    readonly valueFor: (variables: Variables) => unknown,
  ) {}

  /** The same input, converted when the statement runs. `convert` may throw a coded error. */
  as(type: string, convert: (value: unknown) => unknown): Param {
    return new Param(type, (variables) => convert(this.valueFor(variables)));
  }
}

export type Variables = Readonly<Record<string, unknown>>;

/** The variables with others beside them. Without a prototype, because a client may name a variable `toString`. */
export function withVariables(variables: Variables, others: Variables): Variables {
  return Object.assign(Object.create(null), variables, others);
}

type Part = string | Param;

export class Sql {
  constructor(readonly parts: readonly Part[]) {}
}

/** A quoted text literal. Adjacent ones are merged by {@link concatenated}. */
class Literal extends Sql {
  constructor(readonly text: string) {
    super([`'${text.replaceAll("'", "''")}'`]);
  }
}

/** Up to this number, texts are concatenated from left to right. */
const FEW_PIECES = 4;

/** Concatenates texts by halves. From left to right, PostgreSQL would copy the start of a long text many times. */
class Concatenation extends Sql {
  constructor(readonly pieces: readonly Sql[]) {
    super(['(', ...halves(pieces), ')']);
  }
}

function halves(pieces: readonly Sql[]): readonly Part[] {
  if (pieces.length <= FEW_PIECES) return join(pieces, ' || ').parts;
  const middle = Math.ceil(pieces.length / 2);
  const left = halves(pieces.slice(0, middle));
  return [...left, ' || (', ...halves(pieces.slice(middle)), ')'];
}

/** Tagged template: `sql\`${row('id')} = ${param}\``. Numbers are written as literals. */
export function sql(strings: TemplateStringsArray, ...values: readonly (Sql | Param | number)[]): Sql {
  const parts: Part[] = [];
  strings.forEach((text, index) => {
    parts.push(text);
    const value = values[index];
    if (value === undefined) return;
    if (value instanceof Sql) parts.push(...value.parts);
    else if (value instanceof Param) parts.push(value);
    else parts.push(numberLiteral(value));
  });
  return new Sql(parts);
}

/** An identifier or fragment of this code base. Never for input. */
export function raw(text: string): Sql {
  return new Sql([text]);
}

/** A quoted text literal. */
export function literal(text: string): Sql {
  return new Literal(text);
}

/** Whether the SQL is a literal, and so never NULL. */
export function isLiteral(text: Sql): boolean {
  return text instanceof Literal;
}

/** Concatenated texts. If one is SQL NULL, the result is NULL. */
export function concatenated(...texts: readonly Sql[]): Sql {
  const pieces: Sql[] = [];
  for (const piece of texts.flatMap((text) => (text instanceof Concatenation ? text.pieces : [text]))) {
    const last = pieces.at(-1);
    if (piece instanceof Literal && last instanceof Literal) {
      pieces[pieces.length - 1] = literal(last.text + piece.text);
    } else {
      pieces.push(piece);
    }
  }
  const [only] = pieces;
  if (only && pieces.length === 1) return only;
  return new Concatenation(pieces);
}

export function join(items: readonly Sql[], separator: string): Sql {
  const parts: Part[] = [];
  items.forEach((item, index) => {
    if (index > 0) parts.push(separator);
    parts.push(...item.parts);
  });
  return new Sql(parts);
}

/** The conjunction of all conditions; true if there are none. */
export function all(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? raw('true') : join(conditions, ' and ');
}

/** The statement as text with numbered placeholders, and its parameters in order. */
export function render(statement: Sql): { text: string; params: Param[] } {
  const numbers = new Map<Param, number>();
  let text = '';
  for (const part of statement.parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const number = numbers.get(part) ?? numbers.size + 1;
    numbers.set(part, number);
    text += `$${number}::${part.type}`;
  }
  return { text, params: [...numbers.keys()] };
}

function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be written in SQL`);
  return value < 0 ? `(${value})` : String(value);
}
