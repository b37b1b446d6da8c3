-- Indexes of the rows that :audience sees, whose bit is :bit. Neither an answer nor its time depends on
-- hidden rows.

create index incident_occurred_:audience_idx on incident (occurred_from, key)
  where (audience & :bit) <> 0;
create index incident_updated_:audience_idx on incident (updated_at, key)
  where (audience & :bit) <> 0;
create index incident_category_:audience_idx on incident (category, occurred_from, key)
  where (audience & :bit) <> 0;
create index incident_district_:audience_idx on incident (district_key, occurred_from, key)
  where (audience & :bit) <> 0;
create index incident_place_:audience_idx on incident (place_key, occurred_from, key)
  where (audience & :bit) <> 0;
