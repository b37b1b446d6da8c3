import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Where a row rule of the SQL layer is stated, in the source. */
export interface RuleSite {
  /** File and number within it. */
  readonly id: string;
  /** The rule as it is written. */
  readonly rule: string;
}

/**
 * Places that state a row rule: the member `rule` of rows, and calls of a rule outside the compiler. Rules
 * that let everyone see everything have nothing to lose.
 */
const SITE =
  /(?<member>\brule: )(?<named>[a-z]\w*)(?= \})|(?<called>\b(?:seenByAudience|ownNation))(?=\(\()/g;
const OPEN = 'everyone';

const ROOT = join(import.meta.dirname, '../..');

/** The source with every rule replaced by one that asks which mutant is on. */
export function withSwitches(source: string, file: string): { source: string; sites: RuleSite[] } {
  const sites: RuleSite[] = [];
  const name = relative(ROOT, file);
  const switched = source.replaceAll(SITE, (text, ...rest) => {
    const groups: { member?: string; named?: string; called?: string } = rest.at(-1);
    const rule = groups.named ?? groups.called ?? '';
    if (rule === OPEN) return text;
    const id = `${name}#${sites.length + 1}`;
    sites.push({ id, rule });
    const mutant = `((row, audience) => globalThis.merziliOff?.has(${JSON.stringify(id)}) || globalThis.merziliOff?.has('*') ? new (row('key').constructor)(['true']) : ${rule}(row, audience))`;
    return groups.member === undefined ? mutant : `${groups.member}${mutant}`;
  });
  return { source: switched, sites };
}

/** Every site in the sources of the server. */
export function ruleSites(): RuleSite[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .flatMap((file) => {
      const path = join(ROOT, 'src', file);
      return withSwitches(readFileSync(path, 'utf8'), path).sites;
    });
}
