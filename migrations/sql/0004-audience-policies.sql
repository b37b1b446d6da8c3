create policy seen_by_:role on incident_search for select to :role using ((audience & :bit) <> 0);
