-- Revisions are seen by those who see the record, and by nobody else.
drop policy added_by_:role on revision;
create policy added_by_:role on revision for insert to :role with check (
  (audience & :bit) <> 0 and changed_by = ':nation' and exists (
    select from incident where incident.key = incident_key and incident.audience = revision.audience
       and incident.version = revision.version and incident.content_hash = revision.content_hash)
);
