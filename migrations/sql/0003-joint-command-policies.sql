-- What :role may write for the contingent of :nation, whose bit is :bit.
create policy assessed_by_:role on assessment for insert to :role
  with check ((audience & :bit) <> 0 and nation = ':nation');
create policy added_by_:role on assessment_note for insert to :role with check (
  nation = ':nation' and exists (
    select from assessment where assessment.key = assessment_key and assessment.nation = ':nation')
);
create policy assessed_by_:role on provision_assessment for insert to :role with check (nation = ':nation');

create policy seen_by_:role on release_consent for select to :role using ((audience & :bit) <> 0);
create policy added_by_:role on release_consent for insert to :role with check (
  (audience & :bit) <> 0 and nation = ':nation' and target in ('AZE', 'PUBLIC') and (audience & 3) = 3
  and exists (
    select from incident where incident.key = incident_key
       and incident.version = release_consent.version and incident.status <> 'RETRACTED')
);
