import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSchema } from '../../../src/app/schema.js';
import { ACTION_RULES, CONDITIONS, RELEASE_RULES } from '../../../src/domain/incident-rules.js';
import {
  AUDIENCES,
  type Audience,
  isGranted,
  isNationalRole,
  NATIONS,
  type Nation,
  ROLES,
  type Role,
} from '../../../src/domain/scopes.js';
import { type IncidentAction, VOCABULARIES } from '../../../src/domain/vocabularies.js';
import { scopeRequiredBy } from '../../../src/graphql-types/guard.js';
import {
  type Actor,
  type IncidentState,
  validateAction,
  validateRelease,
} from '../../../src/modules/incidents/incident.policy.js';
import { AUDIENCE_BIT } from '../../../src/planner/audience-mask.js';
import { type App, startApp } from '../../support/app.js';
import { roleUrl } from '../../support/roles.js';
import { aReport, people, REPORT, succeed } from '../../support/writing.js';

/**
 * What the service allows, what Incident.viewerActions lists and what the database takes from plain SQL of a
 * nation's role, over every combination of nation, role, originator, audience, status, author and consents.
 */

const STATUSES = ['REPORTED', 'AWAITING_COUNTERSIGN', 'RETRACTED'] as const;
/** Nation whose head consented to every release that takes both. */
const CONSENTS = [null, 'TUR', 'RUS'] as const;
const SUBJECT = 'author';
const ISSUER = (nation: Nation | null): string =>
  `https://${(nation ?? 'centre').toLowerCase()}.issuer.merzili.example`;
const identityOf = (nation: Nation | null): string => `${ISSUER(nation)} ${SUBJECT}`;
const AUTHORS = [
  { reportedBy: 'somebody', writtenBy: 'somebody' },
  { reportedBy: identityOf('TUR'), writtenBy: 'somebody' },
  { reportedBy: 'somebody', writtenBy: identityOf('RUS') },
] as const;

interface Combination extends IncidentState {
  readonly key: string;
  readonly consent: (typeof CONSENTS)[number];
}

let app: App;
let combinations: Combination[];

/** Every mask that holds the originator's bit. */
const masksOf = (originator: Nation): number[] =>
  Array.from({ length: 16 }, (_, mask) => mask).filter((mask) => mask & AUDIENCE_BIT[originator]);

beforeAll(async () => {
  app = await startApp();
  const who = people(app);
  const reporter = { TUR: who.turDuty, RUS: who.rusDuty, AZE: who.azeDuty };
  const wanted = NATIONS.flatMap((originator) =>
    masksOf(originator).flatMap((audience) =>
      STATUSES.flatMap((status) =>
        AUTHORS.flatMap((author) =>
          CONSENTS.map((consent) => ({ originator, audience, status, ...author, consent, version: 1 })),
        ),
      ),
    ),
  );
  combinations = [];
  for (const state of wanted) {
    const { id } = await succeed(reporter[state.originator], REPORT, aReport({ releaseTo: [] }));
    combinations.push({ ...state, key: id.replace('Incident:', '') });
  }
  await app.sql('begin');
  await app.sql(
    `update incident set audience = state.audience, reported_by = state."reportedBy", written_by = state."writtenBy",
       status = state.status, retraction = case when state.status = 'RETRACTED' then title end
     from jsonb_to_recordset($1) state (key uuid, audience smallint, status text, "reportedBy" text, "writtenBy" text)
     where incident.key = state.key`,
    [JSON.stringify(combinations)],
  );
  await app.sql(
    `insert into assessment (key, incident_key, audience, nation, verdict, version, content_hash, assessed_by, assessed_at)
     select gen_random_uuid(), key, audience, 'TUR', 'CONFIRMED', version, content_hash, 'x', now()
     from incident where status = 'AWAITING_COUNTERSIGN'`,
  );
  await app.sql(
    `insert into release_consent (incident_key, version, target, nation, audience, consented_by, consented_at)
     select state.key, 1, target, state.consent, state.audience, 'x', now()
     from jsonb_to_recordset($1) state (key uuid, audience smallint, consent text), unnest(array['AZE', 'PUBLIC']) target
     where consent is not null`,
    [JSON.stringify(combinations)],
  );
  await app.sql('commit');
}, 240_000);
afterAll(() => app?.stop());

function releaseTargets(incident: Combination, actor: Actor): Audience[] {
  return AUDIENCES.filter(
    (target) => validateRelease(incident, actor, 1, target, incident.consent === actor.nation).length === 0,
  );
}

/** What the services allow a person, by the rules they validate against. */
function allowedActions(incident: Combination, actor: Actor, role: Role): IncidentAction[] {
  return VOCABULARIES.IncidentAction.filter(
    (action) =>
      isGranted(ACTION_RULES[action].scope, role, actor.nation) &&
      validateAction(action, incident, actor).length === 0 &&
      (action !== 'RELEASE' || releaseTargets(incident, actor).length > 0),
  );
}

const sees = ({ audience }: Combination, viewer: Audience): boolean =>
  (audience & AUDIENCE_BIT[viewer]) !== 0;

it('covers every combination', () => {
  expect(combinations).toHaveLength(3 * 8 * STATUSES.length * AUTHORS.length * CONSENTS.length);
});

it.each(
  ROLES.flatMap((role) => (isNationalRole(role) ? NATIONS : [null]).map((nation) => ({ nation, role }))),
)(
  'viewerActions lists what the service allows: $nation $role',
  async ({ nation, role }) => {
    const caller = app.as(nation, role, { subject: SUBJECT });
    const mayRead = isGranted('incident:read', role, nation);
    for (let start = 0; start < combinations.length; start += 100) {
      const page = combinations.slice(start, start + 100);
      const { data } = await caller.query(
        'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Incident { viewerActions } } }',
        { ids: page.map(({ key }) => `Incident:${key}`) },
      );
      const expected = page.map((incident) => {
        if (!mayRead || !sees(incident, nation ?? 'PUBLIC')) return null;
        if (nation === null) return { viewerActions: [] };
        return { viewerActions: allowedActions(incident, { nation, identity: identityOf(nation) }, role) };
      });
      expect(data.nodes).toEqual(expected);
    }
  },
  60_000,
);

/** The plain SQL of each action, with the incident's key as $1. */
const ACTS = {
  AMEND:
    "update incident set severity = case severity when 'LOW' then 'HIGH' else 'LOW' end, version = version + 1, status = 'REPORTED', content_hash = 'x', written_by = 'x' where key = $1",
  TRANSLATE: `update incident set title = jsonb_set(title, '{texts,EN}', '{"locale":"EN","text":"x","status":"WORKING","revision":1}'), version = version + 1, status = 'REPORTED', content_hash = 'x' where key = $1`,
  RETRACT: "update incident set status = 'RETRACTED', retraction = title where key = $1",
  ASSESS: `with assessed as (insert into assessment (key, incident_key, audience, nation, verdict, version, content_hash, assessed_by)
      select gen_random_uuid(), key, audience, $2, 'REFUTED', version, content_hash, 'x' from incident where key = $1 returning incident_key)
    update incident set status = 'DISPUTED' from assessed where key = incident_key`,
} as const;
const RELEASE_ACTS = {
  BY_ORIGINATOR: 'update incident set audience = audience | audience_bit($2) where key = $1',
  BY_BOTH_HEADS: `insert into release_consent (incident_key, version, target, nation, audience, consented_by)
      select key, version, $2, $3, audience, 'x' from incident where key = $1`,
} as const;

async function takes(client: Client, text: string, values: unknown[]): Promise<boolean> {
  await client.query('savepoint attempt');
  try {
    const { rowCount } = await client.query(text, values);
    return rowCount === 1;
  } catch (error) {
    // 42501: refused by a right, a policy or a guard; 23505: the nation has consented already.
    expect(['42501', '23505']).toContain((error as { code?: string }).code);
    return false;
  } finally {
    await client.query('rollback to savepoint attempt');
  }
}

it.each(NATIONS)(
  'plain SQL of %s is held to the same, but for what names persons',
  async (nation) => {
    const client = new Client({ connectionString: roleUrl(app.database.url, nation) });
    await client.connect();
    // A role of the database stands for all of the nation's people: for the head, who may do most.
    const stranger = { nation, identity: 'stranger' };
    const differences: string[] = [];
    try {
      await client.query('begin');
      for (const incident of combinations.filter(({ reportedBy, writtenBy }) => reportedBy === writtenBy)) {
        const allowed = allowedActions(incident, stranger, 'CONTINGENT_HEAD');
        const compare = (act: string, isAllowed: boolean, isTaken: boolean): void => {
          const isExpected = sees(incident, nation) && isAllowed;
          if (isTaken !== isExpected) differences.push(`${act} ${isTaken}: ${JSON.stringify(incident)}`);
        };
        for (const [action, text] of Object.entries(ACTS)) {
          const values = action === 'ASSESS' ? [incident.key, nation] : [incident.key];
          compare(
            action,
            allowed.some((each) => each === action),
            await takes(client, text, values),
          );
        }
        const targets = allowed.includes('RELEASE') ? releaseTargets(incident, stranger) : [];
        for (const target of AUDIENCES) {
          if (sees(incident, target)) continue;
          const rule = RELEASE_RULES[target];
          const values = rule === 'BY_ORIGINATOR' ? [incident.key, target] : [incident.key, target, nation];
          compare(
            `RELEASE ${target}`,
            targets.includes(target),
            await takes(client, RELEASE_ACTS[rule], values),
          );
        }
      }
    } finally {
      await client.end();
    }
    expect(differences).toEqual([]);
  },
  120_000,
);

it('leaves to the service alone what the table says the database does not hold', () => {
  const left = Object.entries(CONDITIONS).filter(([, { isEnforcedByDatabase }]) => !isEnforcedByDatabase);
  expect(left.map(([name]) => name)).toEqual(['FOUR_EYES']);
});

it('mutations require the scope of their action', () => {
  const mutations = createSchema().schema.getMutationType()?.getFields() ?? {};
  for (const [action, { scope }] of Object.entries(ACTION_RULES)) {
    const field = mutations[`${action.toLowerCase()}Incident`];
    expect(field && scopeRequiredBy(field), action).toBe(scope);
  }
});
