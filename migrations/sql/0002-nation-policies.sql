-- Rows that are the nation's alone.
create policy own_of_:role on official_contact for select to :role using (nation = ':nation');
create policy own_of_:role on assessment_note for select to :role using (nation = ':nation');
