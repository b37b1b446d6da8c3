import { TimeSlices } from '../common/time-slices.js';
import { literal, type Sql, sql } from './sql.js';

/**
 * Fields that JavaScript composes from parts that SQL fetches. The parts are in the place of the field, between marks
 * with the number of their composition, and are replaced before the answer is sent.
 */

/** Makes the value of a field, as JSON, from its parts. */
export type Composition = (parts: unknown) => unknown;

/** Marks around parts. A text of JSON cannot contain them: in its strings, quotation marks are escaped. */
const BEGIN = '{"#composition":';
const PARTS = ',"parts":';
const END = ',"#end":true}';

/** JSON text of parts, marked with the number of their composition. Parts contain no other compositions. */
export function awaiting(composition: number, parts: Sql): Sql {
  return sql`concat(${literal(`${BEGIN}${composition}${PARTS}`)}, ${parts}, ${literal(END)})`;
}

/** Counts composed fields, for the cost of a request. */
interface CompositionCounter {
  composed: number;
}

/** Shared by all requests: together they compose for one slice in each iteration of the event loop. */
const compositionSlices = new TimeSlices();

/**
 * The JSON text of an answer in which composed fields replace their parts. A page can hold thousands of digests:
 * composing yields to other requests after each slice.
 */
export function compose(
  text: string,
  compositions: readonly Composition[],
  counter: CompositionCounter = { composed: 0 },
): string | Promise<string> {
  if (compositions.length === 0 || !text.includes(BEGIN)) return text;
  return compositionSlices.run(composing(text, compositions, counter));
}

/** One step for each composed field. */
function* composing(
  text: string,
  compositions: readonly Composition[],
  counter: CompositionCounter,
): Generator<void, string> {
  const pieces: string[] = [];
  let end = 0;
  for (let begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, end)) {
    const separator = text.indexOf(PARTS, begin);
    const partsEnd = text.indexOf(END, separator);
    const composition = compositions[Number(text.slice(begin + BEGIN.length, separator))];
    if (partsEnd < 0 || !composition) throw new Error('The parts of a composed field are not marked');
    const parts: unknown = JSON.parse(text.slice(separator + PARTS.length, partsEnd));
    pieces.push(text.slice(end, begin), JSON.stringify(composition(parts)));
    end = partsEnd + END.length;
    counter.composed += 1;
    yield;
  }
  pieces.push(text.slice(end));
  return pieces.join('');
}
