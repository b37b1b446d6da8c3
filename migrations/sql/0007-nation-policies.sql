create policy own_of_:role on revoked_token for select to :role using (nation = ':nation');
create policy added_by_:role on revoked_token for insert to :role with check (nation = ':nation');

create policy own_of_:role on issuer_freeze for select to :role using (nation = ':nation');
create policy frozen_by_:role on issuer_freeze for insert to :role with check (nation = ':nation');
create policy unfrozen_by_:role on issuer_freeze for delete to :role using (nation = ':nation');
