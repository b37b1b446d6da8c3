-- The policies of :role as they were.
create policy added_by_:role on incident_event for insert to :role with check (
  (audience & :bit) <> 0 and exists (
    select from incident where incident.key = incident_key
       and (incident_event.audience & ~incident.audience) = 0)
);
create policy removed_by_:role on claim for delete to :role using (
  (audience & :bit) <> 0 and exists (
    select from incident where incident.key = incident_key
       and incident.originator = ':nation' and incident.status <> 'RETRACTED')
);
create policy removed_by_:role on casualties for delete to :role using (
  (audience & :bit) <> 0 and exists (
    select from incident where incident.key = incident_key
       and incident.originator = ':nation' and incident.status <> 'RETRACTED')
);
create policy removed_by_:role on incident_provision for delete to :role using (
  (audience & :bit) <> 0 and exists (
    select from incident where incident.key = incident_key
       and incident.originator = ':nation' and incident.status <> 'RETRACTED')
);
create policy unfrozen_by_:role on issuer_freeze for delete to :role using (nation = ':nation');
