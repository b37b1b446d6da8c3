-- Keeps incident_search in line with the record. The functions run as their owner because no role may write
-- there; they read nothing but the rows of the statement that fired them, and names of places, which are
-- everybody's.

-- Who sees a record from now on may have read its words. Those of a document are added where it is made.
create function search.add_words() returns trigger
language plpgsql security definer set search_path = search, public, pg_temp as $$
begin
  insert into search.word (word, audience)
    select lexeme, bit_or(audience)
      from (select new.document, new.audience) made, unnest(tsvector_to_array(document)) lexeme
     where lexeme !~ '[0-9_]' and length(lexeme) between 3 and 60
       and not exists (
         select from search.word same
          where same.word = lexeme and same.audience & made.audience = made.audience)
     group by lexeme;
  return null;
end $$;
revoke execute on function search.add_words() from public;
create trigger add_words after update on incident_search
  for each row when (old.audience is distinct from new.audience) execute function search.add_words();

create function search.index_new_incidents() returns trigger
language plpgsql security definer set search_path = search, public, pg_temp as $$
begin
  with made as (
    insert into incident_search (incident_key, audience, occurred_from, document)
    select changed.key, changed.audience, changed.occurred_from, search.document(incident)
      from changed join incident on incident.key = changed.key
    returning document, audience)
  insert into search.word (word, audience)
    select lexeme, bit_or(audience)
      from made, unnest(tsvector_to_array(document)) lexeme
     where lexeme !~ '[0-9_]' and length(lexeme) between 3 and 60
       and not exists (
         select from search.word same
          where same.word = lexeme and same.audience & made.audience = made.audience)
     group by lexeme;
  return null;
end $$;
revoke execute on function search.index_new_incidents() from public;
create trigger index_on_insert after insert on incident referencing new table as changed
  for each statement execute function search.index_new_incidents();

-- Other codes are exchanged in the document; other texts make a new one.
create function search.index_changed_incidents() returns trigger
language plpgsql security definer set search_path = search, public, pg_temp as $$
begin
  update incident_search
     set occurred_from = changed.occurred_from,
         document = ts_delete(document, search.codes(replaced.category, replaced.severity, replaced.status,
                      replaced.originator, replaced.place_key, replaced.occurred_from))
           || array_to_tsvector(search.codes(changed.category, changed.severity, changed.status,
                changed.originator, changed.place_key, changed.occurred_from))
    from changed join replaced on replaced.key = changed.key
   where incident_search.incident_key = changed.key
     and not (changed.title, changed.narrative, changed.place_key, changed.district_key)
       is distinct from (replaced.title, replaced.narrative, replaced.place_key, replaced.district_key)
     and (changed.category, changed.severity, changed.status, changed.originator, changed.place_key,
          changed.occurred_from)
       is distinct from (replaced.category, replaced.severity, replaced.status, replaced.originator,
          replaced.place_key, replaced.occurred_from);
  if exists (
    select from changed join replaced on replaced.key = changed.key
       and (changed.title, changed.narrative, changed.place_key, changed.district_key)
         is distinct from (replaced.title, replaced.narrative, replaced.place_key, replaced.district_key))
  then
    with made as (
      update incident_search
         set occurred_from = changed.occurred_from, document = search.document(incident)
        from changed
        join replaced on replaced.key = changed.key
         and (changed.title, changed.narrative, changed.place_key, changed.district_key)
           is distinct from (replaced.title, replaced.narrative, replaced.place_key, replaced.district_key)
        join incident on incident.key = changed.key
       where incident_search.incident_key = changed.key
      returning incident_search.document, incident_search.audience)
    insert into search.word (word, audience)
      select lexeme, bit_or(audience)
        from made, unnest(tsvector_to_array(document)) lexeme
       where lexeme !~ '[0-9_]' and length(lexeme) between 3 and 60
         and not exists (
           select from search.word same
            where same.word = lexeme and same.audience & made.audience = made.audience)
       group by lexeme;
  end if;
  return null;
end $$;
revoke execute on function search.index_changed_incidents() from public;
create trigger index_on_update after update on incident
  referencing old table as replaced new table as changed
  for each statement execute function search.index_changed_incidents();

create function search.index_incidents_of_places() returns trigger
language plpgsql security definer set search_path = search, public, pg_temp as $$
begin
  with made as (
    update incident_search
       set document = search.document(incident)
      from incident
     where incident.key = incident_search.incident_key
       and (incident.place_key in (select key from changed)
            or incident.district_key in (select key from changed))
    returning incident_search.document, incident_search.audience)
  insert into search.word (word, audience)
    select lexeme, bit_or(audience)
      from made, unnest(tsvector_to_array(document)) lexeme
     where lexeme !~ '[0-9_]' and length(lexeme) between 3 and 60
       and not exists (
         select from search.word same
          where same.word = lexeme and same.audience & made.audience = made.audience)
     group by lexeme;
  return null;
end $$;
revoke execute on function search.index_incidents_of_places() from public;
create trigger index_incidents_of_places after update on place referencing new table as changed
  for each statement execute function search.index_incidents_of_places();
