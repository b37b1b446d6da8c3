-- A verdict is seen by those who see the record, and by nobody else.
drop policy assessed_by_:role on assessment;
create policy assessed_by_:role on assessment for insert to :role with check (
  (audience & :bit) <> 0 and nation = ':nation' and exists (
    select from incident where incident.key = incident_key and incident.audience = assessment.audience
       and incident.version = assessment.version and incident.content_hash = assessment.content_hash
       and incident.status <> 'RETRACTED')
);
