import { AUDIENCE_BIT, seenByAudience } from '../../../planner/audience-mask.js';
import {
  byKey,
  code,
  exists,
  globalId,
  jsonText,
  jsonTexts,
  label,
  linked,
  many,
  number,
  required,
  text,
  time,
} from '../../../planner/fields.js';
import { localizedText } from '../../../planner/localized-text.read.js';
import {
  type LinkType,
  ownNation,
  type PlanContext,
  type ReadType,
  type Row,
} from '../../../planner/model.js';
import { join, literal, raw, type Sql, sql } from '../../../planner/sql.js';
import { provisionRead } from '../../agreements/agreement.read.js';
import { partyRead } from '../../parties/party.read.js';
import { placeRead } from '../../places/place.read.js';
import { viewerActions } from './viewer-actions.js';

export const incidentProvisions: LinkType = {
  scope: 'incident:read',
  rows: { table: 'incident_provision', rule: seenByAudience },
};

const assessmentNotes: LinkType = {
  scope: 'incident:read',
  rows: { table: 'assessment_note', rule: ownNation },
};

export const claimRead: ReadType = {
  name: 'Claim',
  rows: { table: 'claim', rule: seenByAudience },
  scope: 'incident:read',
  fields: {
    claimant: (row) => required(partyRead, row('claimant_key')),
    attributedTo: (row) => byKey(partyRead, row('attributed_to_key')),
    sourceType: code('source_type'),
    sourceTypeLabel: label('SourceType', 'source_type'),
    sourceUrl: text('source_url'),
    statement: localizedText('statement'),
  },
};

export const casualtiesRead: ReadType = {
  name: 'Casualties',
  rows: { table: 'casualties', rule: seenByAudience },
  scope: 'incident:read',
  fields: {
    party: (row) => byKey(partyRead, row('party_key')),
    group: code('"group"'),
    killed: number('killed'),
    wounded: number('wounded'),
    detained: number('detained'),
  },
};

export const assessmentRead: ReadType = {
  name: 'Assessment',
  rows: { table: 'assessment', rule: seenByAudience },
  scope: 'incident:read',
  fields: {
    nation: code('nation'),
    verdict: code('verdict'),
    verdictLabel: label('Verdict', 'verdict'),
    version: number('version'),
    contentHash: (row) => (context) => {
      if (maySeePositions(context)) return jsonText(row('content_hash'));
      const { row: revision, from } = context.rows(
        revisionRead,
        (candidate) =>
          sql`${candidate('incident_key')} = ${row('incident_key')} and ${candidate('version')} = ${row('version')}`,
      );
      return sql`(select ${jsonText(revision('open_hash'))} ${from})`;
    },
    remark: localizedText('remark'),
    internalNote: (row) => (context) => {
      // The database role of PUBLIC has no rights on notes.
      if (context.audience === 'PUBLIC') return raw('null');
      const { row: note, from } = context.rows(
        assessmentNotes,
        (candidate) => sql`${candidate('assessment_key')} = ${row('key')}`,
      );
      return sql`(select ${jsonText(note('note'))} ${from})`;
    },
    assessedBy: text('assessed_by'),
    assessedAt: time('assessed_at'),
  },
};

export const revisionRead: ReadType = {
  name: 'Revision',
  rows: { table: 'revision', rule: seenByAudience },
  scope: 'incident:read',
  fields: {
    version: number('version'),
    changedAt: time('changed_at'),
    changedBy: code('changed_by'),
    changes: (row) => (context) => {
      // The first version that an audience sees differs from nothing that it may know of.
      const hasFormer = exists(
        context,
        revisionRead,
        (former) =>
          sql`${former('incident_key')} = ${row('incident_key')} and ${former('version')} < ${row('version')}`,
      );
      const changes = maySeePositions(context)
        ? row('changes')
        : sql`array_remove(${row('changes')}, 'position')`;
      return jsonTexts(sql`case when ${hasFormer} then ${changes} else '{}' end`);
    },
    contentHash: (row) => (context) => jsonText(row(maySeePositions(context) ? 'content_hash' : 'open_hash')),
  },
};

export const positionRead: ReadType = {
  name: 'Position',
  rows: 'partOfOwner',
  scope: 'incident:position',
  fields: {
    latitude: number('latitude'),
    longitude: number('longitude'),
    precision: code('geo_precision'),
  },
};

export const incidentRead: ReadType = {
  name: 'Incident',
  rows: { table: 'incident', rule: seenByAudience },
  scope: 'incident:read',
  fields: {
    id: globalId('Incident', 'key'),
    reference: code('reference'),
    version: number('version'),
    originator: code('originator'),
    category: code('category'),
    categoryLabel: label('IncidentCategory', 'category'),
    severity: code('severity'),
    severityLabel: label('Severity', 'severity'),
    occurredFrom: time('occurred_from'),
    occurredTo: time('occurred_to'),
    timePrecision: code('time_precision'),
    place: (row) => byKey(placeRead, row('place_key')),
    position: (row) => (context) =>
      sql`case when ${row('latitude')} is not null then ${context.object(positionRead, row)} end`,
    title: localizedText('title'),
    narrative: localizedText('narrative'),
    claims: (row) => many(claimRead, (claim) => ofIncident(claim, row), inOrder),
    casualties: (row) => many(casualtiesRead, (casualties) => ofIncident(casualties, row), inOrder),
    provisions: (row) =>
      linked(provisionRead, incidentProvisions, 'provision_key', (link) => ofIncident(link, row)),
    status: code('status'),
    statusLabel: label('IncidentStatus', 'status'),
    assessments: (row) =>
      many(
        assessmentRead,
        (assessment) => ofIncident(assessment, row),
        (assessment) => sql`${assessment('assessed_at')} desc, ${assessment('key')}`,
      ),
    retraction: localizedText('retraction'),
    releasedTo: (row) => (context) => {
      if (context.audience === 'PUBLIC') return raw('null');
      if (context.audience !== 'AZE') return releasedTo(row);
      return sql`case when ${row('originator')} = 'AZE' then ${releasedTo(row)} end`;
    },
    revisions: (row) =>
      many(
        revisionRead,
        (revision) => ofIncident(revision, row),
        (revision) => revision('version'),
      ),
    viewerActions: (row) => (context) => viewerActions(row, context),
    createdAt: time('created_at'),
    updatedAt: time('updated_at'),
  },
};

/** Whether a row of something that belongs to incidents is one of this incident. */
export function ofIncident(part: Row, incident: Row): Sql {
  return sql`${part('incident_key')} = ${incident('key')}`;
}

/** Hashes and change lists that cover positions would let a viewer guess positions by trial. */
function maySeePositions(context: PlanContext): boolean {
  return context.maySee('incident:position');
}

function inOrder(part: Row): Sql {
  return part('ordinal');
}

/** JSON list of the audiences in the mask, without the originator. */
function releasedTo(row: Row): Sql {
  const audiences = Object.entries(AUDIENCE_BIT).map(
    ([audience, bit]) =>
      sql`case when ${row('audience')} & ${bit} <> 0 and ${row('originator')} <> ${literal(audience)} then ${literal(`"${audience}"`)} end`,
  );
  return sql`concat('[', array_to_string(array[${join(audiences, ', ')}], ','), ']')`;
}
