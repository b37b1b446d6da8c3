-- What :role may do for :nation, whose bit is :bit, instead of what earlier migrations say.
drop policy added_by_:role on incident_event;
drop policy removed_by_:role on claim;
drop policy removed_by_:role on casualties;
drop policy removed_by_:role on incident_provision;
drop policy unfrozen_by_:role on issuer_freeze;

create policy own_of_:role on nation_lock for select to :role using (nation = ':nation');
create policy locked_by_:role on nation_lock for update to :role
  using (nation = ':nation') with check (nation = ':nation');
