-- Rows that :role sees, by the bit of its audience. Policies look at the role that is logged in, never at a
-- setting that a session could change.
create policy seen_by_:role on incident for select to :role using ((audience & :bit) <> 0);
create policy seen_by_:role on claim for select to :role using ((audience & :bit) <> 0);
create policy seen_by_:role on casualties for select to :role using ((audience & :bit) <> 0);
create policy seen_by_:role on incident_provision for select to :role using ((audience & :bit) <> 0);
create policy seen_by_:role on assessment for select to :role using ((audience & :bit) <> 0);
create policy seen_by_:role on revision for select to :role using ((audience & :bit) <> 0);
