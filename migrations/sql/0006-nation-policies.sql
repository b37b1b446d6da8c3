-- An event is never shown to more than see the record.
create policy added_by_:role on incident_event for insert to :role with check (
  (audience & :bit) <> 0 and exists (
    select from incident where incident.key = incident_key
       and (incident_event.audience & ~incident.audience) = 0)
);
