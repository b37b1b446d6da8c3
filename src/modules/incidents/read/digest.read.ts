import type { Locale } from '../../../domain/locale.js';
import { jsonText, list, localColumn } from '../../../planner/fields.js';
import { entryFor } from '../../../planner/localized-text.read.js';
import type { PlanContext, Row } from '../../../planner/model.js';
import { join, literal, type Sql, sql } from '../../../planner/sql.js';
import { partyRead } from '../../parties/party.read.js';
import { placeRead } from '../../places/place.read.js';
import { digest, digestParts } from './incident.digest.js';
import { casualtiesRead, claimRead } from './incident.read.js';

/** The digest of an incident: SQL fetches its parts, incident.digest.ts composes the text. */
export function digestIn(locale: Locale, row: Row, context: PlanContext): Sql {
  return context.compose(parts(row, locale, context), (found) => digest(locale, digestParts.parse(found)));
}

function parts(row: Row, locale: Locale, context: PlanContext): Sql {
  const entry = entryFor(locale, row('title'));
  const column = (name: string): Sql => sql`to_json(${row(name)})`;
  return object({
    category: column('category'),
    severity: column('severity'),
    status: column('status'),
    occurredFrom: column('occurred_from'),
    occurredTo: column('occurred_to'),
    timePrecision: column('time_precision'),
    title: object({
      text: sql`${entry} -> 'text'`,
      locale: sql`${entry} -> 'locale'`,
      isStale: sql`to_json((${entry} ->> 'revision')::int < (${row('title')} ->> 'revision')::int)`,
    }),
    originator: party(context, locale, (candidate) => sql`${candidate('code')} = ${row('originator')}`),
    place: place(context, locale, row('place_key')),
    claims: claims(context, locale, row('key')),
    casualties: casualties(context, row('key')),
  });
}

/** JSON text of an object. SQL NULL becomes null. */
function object(members: Readonly<Record<string, Sql>>): Sql {
  const pieces = Object.entries(members).map(
    ([name, value], index) =>
      sql`${literal(`${index === 0 ? '' : ','}"${name}":`)}, coalesce((${value})::text, 'null')`,
  );
  return sql`concat('{', ${join(pieces, ', ')}, '}')`;
}

function nameOf(row: Row, locale: Locale): Sql {
  return jsonText(row(localColumn('name', locale)));
}

function party(context: PlanContext, locale: Locale, where: (candidate: Row) => Sql): Sql {
  const { row, from } = context.rows(partyRead, where);
  return sql`select ${object({ code: jsonText(row('code')), name: nameOf(row, locale) })} ${from}`;
}

function place(context: PlanContext, locale: Locale, key: Sql): Sql {
  const { row, from } = context.rows(placeRead, (candidate) => sql`${candidate('key')} = ${key}`);
  const parent = context.rows(placeRead, (candidate) => sql`${candidate('key')} = ${row('parent_key')}`);
  return sql`select ${object({
    kind: jsonText(row('kind')),
    name: nameOf(row, locale),
    district: sql`select ${nameOf(parent.row, locale)} ${parent.from}`,
  })} ${from}`;
}

function claims(context: PlanContext, locale: Locale, key: Sql): Sql {
  const { row, from } = context.rows(claimRead, (candidate) => sql`${candidate('incident_key')} = ${key}`);
  const partyOf = (column: string): Sql =>
    party(context, locale, (candidate) => sql`${candidate('key')} = ${row(column)}`);
  const claim = object({ claimant: partyOf('claimant_key'), attributedTo: partyOf('attributed_to_key') });
  return list(sql`select ${claim} ${from} order by ${row('ordinal')}`);
}

function casualties(context: PlanContext, key: Sql): Sql {
  const { row, from } = context.rows(
    casualtiesRead,
    (candidate) => sql`${candidate('incident_key')} = ${key}`,
  );
  const counts = object({
    group: jsonText(row('"group"')),
    killed: row('killed'),
    wounded: row('wounded'),
    detained: row('detained'),
  });
  return list(sql`select ${counts} ${from} order by ${row('ordinal')}`);
}
