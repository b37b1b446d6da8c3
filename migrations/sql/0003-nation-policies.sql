-- What :role may write for :nation, whose bit is :bit.

-- A record begins unassessed, and is shown to nobody but its nation and joint command.
create policy reported_by_:role on incident for insert to :role with check (
  originator = ':nation' and (audience & :bit) <> 0 and (audience & ~(3 | :bit)) = 0
  and version = 1 and status = 'REPORTED' and retraction is null
  and import_key is null and starts_with(reference, ':nation-')
);
create policy changed_by_:role on incident for update to :role
  using ((audience & :bit) <> 0) with check ((audience & :bit) <> 0);

create policy added_by_:role on claim for insert to :role with check (
  (audience & :bit) <> 0 and exists (
    select from incident where incident.key = incident_key
       and incident.originator = ':nation' and incident.status <> 'RETRACTED')
);
create policy removed_by_:role on claim for delete to :role using (
  (audience & :bit) <> 0 and exists (
    select from incident where incident.key = incident_key
       and incident.originator = ':nation' and incident.status <> 'RETRACTED')
);
create policy added_by_:role on casualties for insert to :role with check (
  (audience & :bit) <> 0 and exists (
    select from incident where incident.key = incident_key
       and incident.originator = ':nation' and incident.status <> 'RETRACTED')
);
create policy removed_by_:role on casualties for delete to :role using (
  (audience & :bit) <> 0 and exists (
    select from incident where incident.key = incident_key
       and incident.originator = ':nation' and incident.status <> 'RETRACTED')
);
create policy added_by_:role on incident_provision for insert to :role with check (
  (audience & :bit) <> 0 and exists (
    select from incident where incident.key = incident_key
       and incident.originator = ':nation' and incident.status <> 'RETRACTED')
);
create policy removed_by_:role on incident_provision for delete to :role using (
  (audience & :bit) <> 0 and exists (
    select from incident where incident.key = incident_key
       and incident.originator = ':nation' and incident.status <> 'RETRACTED')
);

create policy added_by_:role on revision for insert to :role with check (
  (audience & :bit) <> 0 and changed_by = ':nation' and exists (
    select from incident where incident.key = incident_key
       and incident.version = revision.version and incident.content_hash = revision.content_hash)
);

create policy own_of_:role on idempotency for select to :role using (nation = ':nation');
-- No policy holds up a foreign key: the audience keeps it from ever meeting a hidden record.
create policy added_by_:role on idempotency for insert to :role
  with check (nation = ':nation' and (audience & :bit) <> 0);
