import type { MigrationInterface, QueryRunner } from 'typeorm';

const BITS = { merzili_tur: 1, merzili_rus: 2, merzili_aze: 4, merzili_public: 8 } as const;
const NATIONS = { merzili_tur: 'TUR', merzili_rus: 'RUS', merzili_aze: 'AZE' } as const;
const JOINT_COMMAND = { merzili_tur: 'TUR', merzili_rus: 'RUS' } as const;
const ALL_NATIONS = Object.keys(NATIONS).join(', ');
const BOTH_CONTINGENTS = Object.keys(JOINT_COMMAND).join(', ');

const TABLES = [
  "alter table incident add column reported_by text not null default 'import', add column retraction jsonb",
  `create table release_consent (
    incident_key uuid not null,
    version integer not null,
    target text not null,
    nation text not null,
    audience smallint not null,
    consented_by text not null,
    consented_at timestamptz(3) not null,
    primary key (incident_key, version, target, nation),
    foreign key (incident_key, audience) references incident (key, audience) on update cascade on delete cascade)`,
  `create table idempotency (
    nation text not null,
    issuer text not null,
    subject text not null,
    key text not null,
    content_hash text not null,
    incident_key uuid not null,
    audience smallint not null,
    created_at timestamptz(3) not null,
    primary key (nation, issuer, subject, key),
    foreign key (incident_key, audience) references incident (key, audience)
      on update cascade on delete cascade deferrable initially deferred)`,
  `create table revoked_token (
    nation text not null,
    token_id text not null,
    revoked_by text not null,
    revoked_at timestamptz(3) not null,
    primary key (nation, token_id, revoked_at))`,
  // The key is the cursor that clients see: drawn at random, so that it tells nothing. The audience is who
  // saw the event when it happened, and does not follow the incident's. Events of one incident happen in the
  // order of seq, since each is inserted under the incident's lock.
  `create table incident_event (
    key uuid primary key,
    seq bigint generated always as identity,
    incident_key uuid not null,
    audience smallint not null,
    kind text not null,
    at timestamptz(3) not null,
    version integer not null)`,
  `create function announce_incident_event() returns trigger language plpgsql as $$
   begin perform pg_notify('incident_event', ''); return null; end $$`,
  `create trigger announce_incident_event after insert on incident_event
   for each statement execute function announce_incident_event()`,
];

/** Members of the content that are rows of their own, as the rows of the incident `wanted` say them. */
const RECORDED_PARTS = {
  claims: `coalesce((
        select jsonb_agg(jsonb_build_object(
          'claimant', claimant.code, 'attributedTo', attributed.code, 'sourceType', source_type,
          'sourceUrl', source_url, 'statement', text_content(statement)) order by position)
        from claim join party claimant on claimant.key = claimant_key
             left join party attributed on attributed.key = attributed_to_key
        where incident_key = wanted), '[]')`,
  casualties: `coalesce((
        select jsonb_agg(jsonb_build_object('party', party.code, 'group', "group",
          'killed', killed, 'wounded', wounded, 'detained', detained) order by position)
        from casualties left join party on party.key = party_key
        where incident_key = wanted), '[]')`,
  provisions: `coalesce((
        select jsonb_agg(provision.code order by position)
        from incident_provision join provision on provision.key = provision_key
        where incident_key = wanted), '[]')`,
} as const;

/** Whether the sums that the incident `wanted` carries are not those of its casualties. */
const HAS_OTHER_SUMS = `(incident.killed, incident.wounded) is distinct from
       (select (coalesce(sum(casualties.killed), 0)::integer, coalesce(sum(casualties.wounded), 0)::integer)
          from casualties where incident_key = wanted)`;

const PART_TABLES = { claims: 'claim', casualties: 'casualties', provisions: 'incident_provision' } as const;
const PARTS = Object.values(PART_TABLES);

/** At the commit, for a row of a part: the part is what the current version's content says of it. */
const provePart = (member: keyof typeof PART_TABLES): string =>
  `create function prove_${member}() returns trigger language plpgsql set search_path = public, pg_temp as $$
   declare
     wanted uuid;
   begin
     if tg_op = 'DELETE' then wanted := old.incident_key; else wanted := new.incident_key; end if;
     if exists (
       select from incident join revision on revision.incident_key = incident.key and revision.version = incident.version
        where incident.key = wanted and (revision.content::jsonb -> '${member}' is distinct from ${RECORDED_PARTS[member]}
          ${member === 'casualties' ? `or ${HAS_OTHER_SUMS}` : ''}))
     then
       raise exception 'the revision of an incident is not what its rows say' using errcode = '23514';
     end if;
     return null;
   end $$`;

/**
 * What the database holds a nation to, whatever SQL its role runs. Temporary tables come last in the
 * search path: nobody can slip the functions a table of its own.
 */
const FUNCTIONS = [
  // The nation whose role is logged in; null for the owner and everybody else.
  `create function writing_nation() returns text language sql stable parallel safe
   return case current_user ${Object.entries(NATIONS)
     .map(([role, nation]) => `when '${role}' then '${nation}'`)
     .join(' ')} end`,
  `create function iso_time(moment timestamptz) returns text language sql stable parallel safe
   return to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  // textContent() of src/modules/incidents/write/content.ts.
  `create function text_content(body jsonb) returns jsonb language sql immutable parallel safe
   return case when body is not null then jsonb_build_object('source', body -> 'source', 'texts',
     (select jsonb_object_agg(key, jsonb_build_object('text', value -> 'text', 'status', value -> 'status'))
        from jsonb_each(body -> 'texts'))) end`,
  // IncidentContent of src/modules/incidents/write/content.ts, from the rows as they stand.
  `create function recorded_content(wanted uuid) returns jsonb language sql stable set search_path = public, pg_temp as $$
   select jsonb_build_object(
     'category', category, 'severity', severity,
     'occurredFrom', iso_time(occurred_from), 'occurredTo', iso_time(occurred_to), 'timePrecision', time_precision,
     'place', (select code from place where place.key = place_key),
     'position', case when latitude is not null then
        jsonb_build_object('latitude', latitude, 'longitude', longitude, 'precision', geo_precision) end,
     'title', text_content(title), 'narrative', text_content(narrative),
     ${Object.entries(RECORDED_PARTS)
       .map(([member, recorded]) => `'${member}', ${recorded}`)
       .join(', ')})
   from incident where key = wanted $$`,
  // statusOf() of src/incidents/assessing.rules.ts.
  `create function assessed_status(wanted uuid, wanted_version integer, wanted_hash text) returns text
   language sql stable set search_path = public, pg_temp as $$
   select case when count(*) = 0 then 'REPORTED' when count(*) = 1 then 'AWAITING_COUNTERSIGN'
       when min(verdict) <> max(verdict) then 'DISPUTED' when min(verdict) = 'CONFIRMED' then 'JOINTLY_CONFIRMED'
       when min(verdict) = 'REFUTED' then 'JOINTLY_REFUTED' else 'INCONCLUSIVE' end
   from (select distinct on (nation) verdict from assessment
          where incident_key = wanted and version = wanted_version and content_hash = wanted_hash
            and nation in ('TUR', 'RUS')
          order by nation, assessed_at desc, key desc) latest $$`,
  `create function guard_incident() returns trigger language plpgsql set search_path = public, pg_temp as $$
   declare
     me constant text := writing_nation();
     added constant smallint := new.audience & ~old.audience;
     is_own constant boolean := old.originator = me;
   begin
     if me is null then return new; end if;
     if old.status = 'RETRACTED' then
       raise exception 'a retracted incident is not changed' using errcode = '42501';
     end if;

     if (new.audience & old.audience) <> old.audience then
       raise exception 'the audience of an incident only grows' using errcode = '42501';
     end if;
     if (added & 3) <> 0 and not (is_own and me in ('TUR', 'RUS')) then
       raise exception 'only a joint-command originator releases to joint command' using errcode = '42501';
     end if;
     -- Apart, for AZE may not even ask for consents.
     if (added & 12) <> 0 then
       if exists (
         select from unnest(array['AZE', 'PUBLIC']) asked (target)
          where (added & audience_bit(asked.target)) <> 0 and 2 > (
            select count(*) from release_consent consent
             where consent.incident_key = old.key and consent.version = old.version
               and consent.target = asked.target and consent.nation in ('TUR', 'RUS')))
       then
         raise exception 'both joint-command nations consent to a release' using errcode = '42501';
       end if;
     end if;
     if added <> 0 and new.version <> old.version then
       raise exception 'a release is of the version that stands' using errcode = '42501';
     end if;

     if not is_own and (
       (new.category, new.severity, new.occurred_from, new.occurred_to, new.time_precision, new.place_key,
        new.latitude, new.longitude, new.geo_precision, new.killed, new.wounded, new.written_by, new.retraction)
       is distinct from
       (old.category, old.severity, old.occurred_from, old.occurred_to, old.time_precision, old.place_key,
        old.latitude, old.longitude, old.geo_precision, old.killed, old.wounded, old.written_by, old.retraction)
       or source_of(new.title) is distinct from source_of(old.title)
       or source_of(new.narrative) is distinct from source_of(old.narrative))
     then
       raise exception 'only the originator amends an incident' using errcode = '42501';
     end if;
     if new.version not in (old.version, old.version + 1) then
       raise exception 'versions follow each other' using errcode = '42501';
     end if;
     if new.version = old.version and (new.title, new.narrative, new.content_hash, new.written_by)
       is distinct from (old.title, old.narrative, old.content_hash, old.written_by)
     then
       raise exception 'a change of content is a new version' using errcode = '42501';
     end if;
     if new.status = 'RETRACTED' and not is_own then
       raise exception 'only the originator retracts an incident' using errcode = '42501';
     end if;
     if (new.status = 'RETRACTED') <> (new.retraction is not null) then
       raise exception 'a retraction has a reason' using errcode = '42501';
     end if;
     return new;
   end $$`,
  // What only the author's side may change of a text: its language, its revision and its own words.
  `create function source_of(body jsonb) returns jsonb language sql immutable parallel safe
   return jsonb_build_array(body -> 'source', body -> 'revision', body -> 'texts' -> (body ->> 'source'))`,
  // At the commit, for an incident: the current version is kept as a revision, its hash is that of what the rows
  // say, and the status is what the assessments of that very content say. For everybody, the owner included.
  `create function prove_incident() returns trigger language plpgsql set search_path = public, pg_temp as $$
   declare
     wanted constant uuid := new.key;
     stands record;
   begin
     select incident.version, incident.status, incident.content_hash, ${HAS_OTHER_SUMS} as has_other_sums,
            revision.content_hash as revision_hash, revision.content
       into stands from incident left join revision on revision.incident_key = incident.key and revision.version = incident.version
      where incident.key = wanted;
     if not found then return null; end if;
     if stands.revision_hash is distinct from stands.content_hash
       or encode(sha256(convert_to(stands.content, 'UTF8')), 'hex') is distinct from stands.content_hash
       or stands.content::jsonb is distinct from recorded_content(wanted)
     then
       raise exception 'the revision of an incident is not what its rows say' using errcode = '23514';
     end if;
     if stands.has_other_sums then
       raise exception 'the sums of an incident are not those of its casualties' using errcode = '23514';
     end if;
     if stands.status <> 'RETRACTED'
       and stands.status is distinct from assessed_status(wanted, stands.version, stands.content_hash)
     then
       raise exception 'the status of an incident is not what its assessments say' using errcode = '23514';
     end if;
     return null;
   end $$`,
  provePart('claims'),
  provePart('casualties'),
  provePart('provisions'),
  `create function prove_assessment() returns trigger language plpgsql set search_path = public, pg_temp as $$
   begin
     if not exists (select from revision where incident_key = new.incident_key and version = new.version
                       and content_hash = new.content_hash) then
       raise exception 'an assessment is of a version that there is' using errcode = '23514';
     end if;
     if exists (select from incident where key = new.incident_key and status <> 'RETRACTED'
                   and status is distinct from assessed_status(key, version, content_hash)) then
       raise exception 'the status of an incident is not what its assessments say' using errcode = '23514';
     end if;
     return null;
   end $$`,
];

const TRIGGERS = [
  'create trigger guard_incident before update on incident for each row execute function guard_incident()',
  `create constraint trigger prove_incident after insert or update on incident deferrable initially deferred
   for each row execute function prove_incident()`,
  ...Object.entries(PART_TABLES).map(
    ([member, table]) => `create constraint trigger prove_${member} after insert or delete on ${table}
      deferrable initially deferred for each row execute function prove_${member}()`,
  ),
  `create constraint trigger prove_assessment after insert on assessment deferrable initially deferred
   for each row execute function prove_assessment()`,
];

/** Columns of incidents that a nation may change; which of them, and how, the guard says. */
const CHANGEABLE = [
  'audience',
  'version',
  'category',
  'severity',
  'occurred_from',
  'occurred_to',
  'time_precision',
  'place_key',
  'latitude',
  'longitude',
  'geo_precision',
  'title',
  'narrative',
  'killed',
  'wounded',
  'status',
  'content_hash',
  'written_by',
  'retraction',
  'updated_at',
] as const;

const EVENT_COLUMNS = 'key, incident_key, audience, kind, at, version';

/** A row of an incident that the nation sees, as a condition within a policy. */
const incidentIs = (condition: string): string =>
  `exists (select from incident where incident.key = incident_key and ${condition})`;

function policies(): string[] {
  const statements: string[] = [];
  for (const table of [
    'release_consent',
    'idempotency',
    'revoked_token',
    'incident_event',
    'provision_assessment',
  ]) {
    statements.push(
      `alter table ${table} enable row level security`,
      `alter table ${table} force row level security`,
      `create policy owner on ${table} to current_user using (true) with check (true)`,
    );
  }
  statements.push(
    `create policy seen_by_all on provision_assessment for select to ${Object.keys(BITS).join(', ')} using (true)`,
    `grant insert on provision_assessment to ${BOTH_CONTINGENTS}`,
    `grant insert on incident, claim, casualties, incident_provision, revision to ${ALL_NATIONS}`,
    `grant update (${CHANGEABLE.join(', ')}) on incident to ${ALL_NATIONS}`,
    `grant delete on ${PARTS.join(', ')} to ${ALL_NATIONS}`,
    `grant insert on assessment, assessment_note to ${BOTH_CONTINGENTS}`,
    `grant select, insert on release_consent to ${BOTH_CONTINGENTS}`,
    `grant select, insert on idempotency, revoked_token to ${ALL_NATIONS}`,
    `grant select on incident_event to ${Object.keys(BITS).join(', ')}`,
    `grant insert (${EVENT_COLUMNS}) on incident_event to ${ALL_NATIONS}`,
    'grant select (retraction) on incident to merzili_public',
  );
  for (const [role, bit] of Object.entries(BITS)) {
    statements.push(
      `create policy seen_by_${role} on incident_event for select to ${role} using ((audience & ${bit}) <> 0)`,
    );
  }
  for (const [role, nation] of Object.entries(NATIONS)) statements.push(...policiesOf(role, nation));
  for (const [role, nation] of Object.entries(JOINT_COMMAND))
    statements.push(...policiesOfContingent(role, nation));
  return statements;
}

function policiesOf(role: string, nation: (typeof NATIONS)[keyof typeof NATIONS]): string[] {
  const bit = BITS[`merzili_${nation.toLowerCase()}` as keyof typeof BITS];
  const seen = `(audience & ${bit}) <> 0`;
  const own = incidentIs(`incident.originator = '${nation}' and incident.status <> 'RETRACTED'`);
  return [
    // A record begins unassessed, and is shown to nobody but its nation and joint command.
    `create policy reported_by_${role} on incident for insert to ${role} with check (originator = '${nation}'
       and ${seen} and (audience & ~(3 | ${bit})) = 0 and version = 1 and status = 'REPORTED' and retraction is null
       and import_key is null and starts_with(reference, '${nation}-'))`,
    `create policy changed_by_${role} on incident for update to ${role} using (${seen}) with check (${seen})`,
    ...PARTS.flatMap((table) => [
      `create policy added_by_${role} on ${table} for insert to ${role} with check (${seen} and ${own})`,
      `create policy removed_by_${role} on ${table} for delete to ${role} using (${seen} and ${own})`,
    ]),
    `create policy added_by_${role} on revision for insert to ${role} with check (${seen} and changed_by = '${nation}'
       and ${incidentIs('incident.version = revision.version and incident.content_hash = revision.content_hash')})`,
    // An event is never shown to more than see the record.
    `create policy added_by_${role} on incident_event for insert to ${role} with check (${seen}
       and ${incidentIs('(incident_event.audience & ~incident.audience) = 0')})`,
    ...['idempotency', 'revoked_token'].map(
      (table) =>
        `create policy own_of_${role} on ${table} for select to ${role} using (nation = '${nation}')`,
    ),
    // The foreign key, which no policy holds up, then never meets a record that is hidden.
    `create policy added_by_${role} on idempotency for insert to ${role} with check (nation = '${nation}' and ${seen})`,
    `create policy added_by_${role} on revoked_token for insert to ${role} with check (nation = '${nation}')`,
  ];
}

function policiesOfContingent(role: string, nation: 'TUR' | 'RUS'): string[] {
  const seen = `(audience & ${BITS[`merzili_${nation.toLowerCase()}` as keyof typeof BITS]}) <> 0`;
  return [
    `create policy assessed_by_${role} on assessment for insert to ${role} with check (${seen} and nation = '${nation}')`,
    `create policy added_by_${role} on assessment_note for insert to ${role} with check (nation = '${nation}'
       and exists (select from assessment where assessment.key = assessment_key and assessment.nation = '${nation}'))`,
    `create policy assessed_by_${role} on provision_assessment for insert to ${role} with check (nation = '${nation}')`,
    `create policy seen_by_${role} on release_consent for select to ${role} using (${seen})`,
    `create policy added_by_${role} on release_consent for insert to ${role} with check (${seen}
       and nation = '${nation}' and target in ('AZE', 'PUBLIC') and (audience & 3) = 3
       and ${incidentIs("incident.version = release_consent.version and incident.status <> 'RETRACTED'")})`,
  ];
}

export class AllowWriting1795500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...FUNCTIONS, ...TRIGGERS, ...policies()])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [role, nation] of Object.entries(NATIONS)) {
      await runner.query(`drop policy reported_by_${role} on incident`);
      await runner.query(`drop policy changed_by_${role} on incident`);
      for (const table of PARTS) {
        await runner.query(`drop policy added_by_${role} on ${table}`);
        await runner.query(`drop policy removed_by_${role} on ${table}`);
      }
      await runner.query(`drop policy added_by_${role} on revision`);
      if (nation === 'AZE') continue;
      await runner.query(`drop policy assessed_by_${role} on assessment`);
      await runner.query(`drop policy added_by_${role} on assessment_note`);
      await runner.query(`drop policy assessed_by_${role} on provision_assessment`);
    }
    const statements = [
      'drop policy seen_by_all on provision_assessment',
      'drop policy owner on provision_assessment',
      'alter table provision_assessment no force row level security',
      'alter table provision_assessment disable row level security',
      `revoke insert, update, delete on incident, claim, casualties, incident_provision, revision,
         assessment, assessment_note, provision_assessment from ${ALL_NATIONS}`,
      `revoke update (${CHANGEABLE.join(', ')}) on incident from ${ALL_NATIONS}`,
      'drop trigger guard_incident on incident',
      'drop trigger prove_incident on incident',
      ...Object.entries(PART_TABLES).map(([member, table]) => `drop trigger prove_${member} on ${table}`),
      'drop trigger prove_assessment on assessment',
      'drop table incident_event, revoked_token, idempotency, release_consent',
      `drop function announce_incident_event(), prove_assessment(), prove_incident(), prove_claims(), prove_casualties(), prove_provisions(), guard_incident(), source_of(jsonb),
         assessed_status(uuid, integer, text), recorded_content(uuid), text_content(jsonb), iso_time(timestamptz), writing_nation()`,
      'alter table incident drop column retraction, drop column reported_by',
    ];
    for (const statement of statements) await runner.query(statement);
  }
}
