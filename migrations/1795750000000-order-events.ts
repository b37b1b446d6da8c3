import type { MigrationInterface, QueryRunner } from 'typeorm';

const READERS = 'merzili_tur, merzili_rus, merzili_aze, merzili_public';
/** Calls the function when it hears that something happened, and sees no event. */
const SETTLER = 'merzili_demand';
/** Advisory lock of whoever puts events in order. */
const SETTLING_LOCK = 4_672_910_003;

const ORDER = [
  // Microseconds since 1970 at which the event was put in order; null until then.
  'alter table incident_event add column moment bigint',
  'create unique index incident_event_order_idx on incident_event (moment)',
  'create index incident_event_unsettled_idx on incident_event (seq) where moment is null',
];

/**
 * Gives every committed event its place after all that have one, and answers the last place given. One at a
 * time, each seeing what the one before committed: whoever sees an event sees every event before it. Nothing
 * but the rows decides, so that the order outlives a dump and its restore into another cluster; and a
 * transaction that stays open holds up no event but its own.
 *
 * Places are times, and those given together lie apart at random, so that the distance between two events
 * does not tell whether there are others between them.
 */
const SETTLE = `create function settle_incident_events() returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from incident_event where moment is null) then
    perform pg_advisory_xact_lock(${SETTLING_LOCK});
    update incident_event set moment = settled.moment
      from (select key, begins.moment + sum(1 + (random() * 99)::bigint) over (order by seq) as moment
              from incident_event,
                   (select greatest(coalesce(max(incident_event.moment), 0),
                                    (extract(epoch from clock_timestamp()) * 1000000)::bigint) as moment
                      from incident_event) begins
             where incident_event.moment is null) settled
     where incident_event.key = settled.key;
  end if;
  return coalesce((select max(moment) from incident_event), 0);
end $$`;

export class OrderEvents1795750000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      ...ORDER,
      `grant select (moment) on incident_event to ${READERS}`,
      SETTLE,
      'revoke execute on function settle_incident_events() from public',
      `grant execute on function settle_incident_events() to ${SETTLER}`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function settle_incident_events()');
    await runner.query('alter table incident_event drop column moment');
  }
}
