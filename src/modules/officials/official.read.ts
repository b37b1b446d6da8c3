import type { Planned } from '../../planner/arguments.js';
import {
  date,
  globalId,
  localName,
  many,
  one,
  required,
  text,
  texts,
  todayInBaku,
} from '../../planner/fields.js';
import { everyone, ownNation, type ReadType, type Row } from '../../planner/model.js';
import { type Param, type Sql, sql } from '../../planner/sql.js';
import { partyRead } from '../parties/party.read.js';

export const appointmentRead: ReadType = {
  name: 'Appointment',
  rows: { table: 'appointment', rule: everyone },
  scope: 'reference:read',
  fields: {
    title: localName('title'),
    rank: localName('rank'),
    from: date('starts_on'),
    to: date('ends_on'),
  },
};

export const officialContactRead: ReadType = {
  name: 'OfficialContact',
  rows: { table: 'official_contact', rule: ownNation },
  scope: 'official:contact',
  fields: {
    phone: text('phone'),
    email: text('email'),
    languages: texts('languages'),
  },
};

export const officialRead: ReadType = {
  name: 'Official',
  rows: { table: 'official', rule: everyone },
  scope: 'reference:read',
  fields: {
    id: globalId('Official', 'code'),
    code: text('code'),
    name: localName('name'),
    party: (row) => required(partyRead, row('party_key')),
    appointments: (row) =>
      many(appointmentRead, (appointment) => ofOfficial(appointment, row), earliestFirst),
    appointmentOn:
      (row, { date: day }: Planned<{ date?: string | null }>) =>
      (context) => {
        const { row: latest, from } = context.rows(
          appointmentRead,
          (appointment) => sql`${ofOfficial(appointment, row)} and ${inForce(appointment, day)}`,
        );
        const latestInForce = sql`(select ${latest('key')} ${from} order by ${latest('starts_on')} desc nulls last, ${latest('key')} limit 1)`;
        return context.byKey(appointmentRead, latestInForce);
      },
    contact: (row) => one(officialContactRead, (contact) => ofOfficial(contact, row)),
  },
};

function ofOfficial(part: Row, official: Row): Sql {
  return sql`${part('official_key')} = ${official('key')}`;
}

/** Whether an appointment is in force on a day. An unknown start or end leaves the interval open. */
export function inForce(appointment: Row, day: Param | null | undefined): Sql {
  const on = day ? sql`${day}` : todayInBaku;
  return sql`daterange(${appointment('starts_on')}, ${appointment('ends_on')}) @> ${on}`;
}

function earliestFirst(appointment: Row): Sql {
  return sql`${appointment('starts_on')} nulls first, ${appointment('key')}`;
}
