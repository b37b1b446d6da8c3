-- Gives every committed event its offset after all that have one, and answers the last offset given. One
-- caller at a time, each seeing what the one before committed: whoever sees an event sees every event
-- before it. Nothing but the rows decides, so the order outlives a dump and its restore into another
-- cluster; and a transaction that stays open holds up no event but its own.
--
-- Offsets are times, and those given together lie apart at random, so that the distance between two events
-- does not tell whether there are others between them.
create function assign_event_order() returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from incident_event where event_offset is null) then
    perform pg_advisory_xact_lock(4672910003);
    update incident_event set event_offset = assigned.event_offset
      from (
        select key, begins.event_offset + sum(1 + (random() * 99)::bigint) over (order by seq) as event_offset
          from incident_event, (
            select greatest(
                     coalesce(max(incident_event.event_offset), 0),
                     (extract(epoch from clock_timestamp()) * 1000000)::bigint) as event_offset
              from incident_event) begins
         where incident_event.event_offset is null) assigned
     where incident_event.key = assigned.key;
  end if;
  return coalesce((select max(event_offset) from incident_event), 0);
end $$;
revoke execute on function assign_event_order() from public;
-- The role of the server itself, which sees no event.
grant execute on function assign_event_order() to merzili_demand;
