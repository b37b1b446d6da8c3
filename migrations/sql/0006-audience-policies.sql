create policy seen_by_:role on incident_event for select to :role using ((audience & :bit) <> 0);
