drop policy assessed_by_:role on assessment;
create policy assessed_by_:role on assessment for insert to :role
  with check ((audience & :bit) <> 0 and nation = ':nation');
