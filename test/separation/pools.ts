import type { Pools } from './operations.js';
import type { RunSql } from './planting.js';

/** Cursors of earlier answers that are remembered at the most. */
const MOST_CURSORS = 200;

/** Pools that grow with what answers show. */
export interface GrowingPools extends Pools {
  /** Remembers the cursors of an answer. */
  learn(text: string): void;
}

/** A cursor of incidents sorted by a time, as the API makes them. */
export const cursorOf = (by: 'occurred_from' | 'updated_at', time: string, key: string): string =>
  Buffer.from(JSON.stringify([`Incident.${by}`, time, key])).toString('base64');

/** Values out of the world that has everything, and values that are nowhere. */
export async function poolsOf(sql: RunSql): Promise<GrowingPools> {
  const records = await sql<{ key: string; reference: string; time: string; updated: string }>(
    `select key::text, reference, to_json(occurred_from at time zone 'UTC') #>> '{}' || '+00:00' as time,
            to_json(updated_at at time zone 'UTC') #>> '{}' || '+00:00' as updated from incident order by key`,
  );
  const codes = await sql<{ type: string; code: string }>(
    `select 'Party' as type, code from party union all select 'Place', code from place
     union all select 'Official', code from official union all select 'Agreement', code from agreement
     union all select 'Provision', code from provision`,
  );
  const cursors = records.flatMap(({ key, time, updated }) => [
    cursorOf('occurred_from', time, key),
    cursorOf('updated_at', updated, key),
  ]);
  const absent = '00000000-0000-4000-8000-00000000abcd';
  return {
    ids: [
      ...records.map(({ key }) => `Incident:${key}`),
      `Incident:${absent}`,
      'Incident:nonsense',
      'nonsense',
      ...codes.map(({ type, code }) => `${type}:${code}`),
    ],
    references: [...records.map(({ reference }) => reference), 'TUR-2021-000000', 'nonsense'],
    codes: [...codes.map(({ code }) => code), 'nowhere'],
    searches: [
      'birdmask',
      'birdmask1x',
      'birdmask2x',
      'birdmask14x',
      ...'abcdefgijklmno'.split('').map((letter) => `kukumav${letter}`),
      'kukumva',
      'hiddn recrod',
      'Скрытая',
      'hidden record',
      'agdam',
      'Ağdam',
      'Агдам',
      'mine',
      'мина',
      'mayın',
      'TUR',
      'RUS 2021',
      '9',
      '%',
      '_',
      'nowhere',
    ],
    cursors,
    learn(text) {
      for (const [, cursor] of text.matchAll(/"((?:W[A-Za-z0-9+/]{15,}={0,2}))"/g)) {
        if (cursor !== undefined && cursors.length < records.length * 2 + MOST_CURSORS) cursors.push(cursor);
      }
    },
  };
}
