import {
  code,
  date,
  globalId,
  type LocaleArguments,
  label,
  labelOf,
  linked,
  localName,
  many,
  number,
  required,
  text,
  texts,
  time,
  todayInBaku,
} from '../../planner/fields.js';
import { localizedText } from '../../planner/localized-text.read.js';
import { everyone, type LinkType, type PlanContext, type ReadType, type Row } from '../../planner/model.js';
import { type Param, type Sql, sql } from '../../planner/sql.js';
import { officialRead } from '../officials/official.read.js';
import { partyRead } from '../parties/party.read.js';
import { placeRead } from '../places/place.read.js';

export const deadlineRead: ReadType = {
  name: 'ProvisionDeadline',
  rows: { table: 'provision_deadline', rule: everyone },
  scope: 'reference:read',
  fields: {
    subject: localName('subject'),
    planned: date('planned'),
    revised: date('revised'),
    actual: date('actual'),
    isOverdue: (row) => () =>
      sql`coalesce(${row('actual')} is null and coalesce(${row('revised')}, ${row('planned')}) < ${todayInBaku}, false)::text`,
  },
};

export const provisionAssessmentRead: ReadType = {
  name: 'ProvisionAssessment',
  rows: { table: 'provision_assessment', rule: everyone },
  scope: 'reference:read',
  fields: {
    nation: code('nation'),
    status: code('status'),
    statusLabel: label('ImplementationStatus', 'status'),
    rationale: localizedText('rationale'),
    assessedAt: time('assessed_at'),
    assessedBy: text('assessed_by'),
  },
};

const provisionParties = link('provision_party');
const provisionPlaces = link('provision_place');
const signatories = link('agreement_signatory');

function link(table: string): LinkType {
  return { scope: 'reference:read', rows: { table, rule: everyone, isReference: true } };
}

export const provisionRead: ReadType = {
  name: 'Provision',
  rows: { table: 'provision', rule: everyone, isReference: true },
  scope: 'reference:read',
  fields: {
    id: globalId('Provision', 'code'),
    code: text('code'),
    number: number('number'),
    agreement: (row) => required(agreementRead, row('agreement_key')),
    summary: localizedText('summary'),
    obligedParties: (row) =>
      linked(
        partyRead,
        provisionParties,
        'party_key',
        (link) => sql`${link('provision_key')} = ${row('key')}`,
      ),
    places: (row) =>
      linked(
        placeRead,
        provisionPlaces,
        'place_key',
        (link) => sql`${link('provision_key')} = ${row('key')}`,
      ),
    deadlines: (row) =>
      many(
        deadlineRead,
        (deadline) => sql`${deadline('provision_key')} = ${row('key')}`,
        (deadline) => deadline('ordinal'),
      ),
    assessments: (row) =>
      many(
        provisionAssessmentRead,
        (assessment) => latestOfProvision(assessment, row),
        (assessment) => assessment('nation'),
      ),
    jointStatus: (row) => (context) => sql`'"' || ${jointStatus(context, row)} || '"'`,
    jointStatusLabel:
      (row, { locale }: LocaleArguments) =>
      (context) =>
        labelOf('ImplementationStatus', jointStatus(context, row), locale ?? context.locale),
  },
};

export const agreementRead: ReadType = {
  name: 'Agreement',
  rows: { table: 'agreement', rule: everyone, isReference: true },
  scope: 'reference:read',
  fields: {
    id: globalId('Agreement', 'code'),
    code: text('code'),
    title: localName('title'),
    signedOn: date('signed_on'),
    effectiveAt: time('effective_at'),
    signatories: (row) =>
      linked(
        officialRead,
        signatories,
        'official_key',
        (link) => sql`${link('agreement_key')} = ${row('key')}`,
      ),
    provisions: (row) =>
      many(
        provisionRead,
        (provision) => sql`${provision('agreement_key')} = ${row('key')}`,
        (provision) => provision('number'),
      ),
    sources: texts('sources'),
  },
};

/** The latest assessment of a provision by each nation. */
function latestOfProvision(assessment: Row, provision: Row): Sql {
  return sql`${assessment('provision_key')} = ${provision('key')} and not exists (
    select from provision_assessment later
    where later.provision_key = ${assessment('provision_key')} and later.nation = ${assessment('nation')}
      and (later.assessed_at, later.key) > (${assessment('assessed_at')}, ${assessment('key')}))`;
}

/** The status on which the latest assessments of both joint-command nations agree, or null. */
function jointStatus(context: PlanContext, provision: Row): Sql {
  const { row, from } = context.rows(provisionAssessmentRead, (assessment) =>
    latestOfProvision(assessment, provision),
  );
  return sql`(select case when count(*) = 2 and min(${row('status')}) = max(${row('status')}) then min(${row('status')}) end ${from})`;
}

/** Keys of the provisions with these codes, as an array. */
export function provisionKeys(context: PlanContext, codes: Param): Sql {
  context.requireKnown(provisionRead, codes, 'provision');
  const { row, from } = context.rows(provisionRead, (provision) => sql`${provision('code')} = any(${codes})`);
  return sql`array(select ${row('key')} ${from})`;
}
