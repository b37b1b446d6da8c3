-- Statements carry rows of reference tables as constants: see docs/decisions/0008.

-- Notifies every process that reference data has changed, so that none serves what it remembers of it.
create function notify_reference() returns trigger
language plpgsql as $$
begin
  perform pg_notify('reference', '');
  return null;
end $$;

-- Tables of which `isReference` is said in src.
create trigger notify_reference after insert or update or delete or truncate on party
  for each statement execute function notify_reference();
create trigger notify_reference after insert or update or delete or truncate on place
  for each statement execute function notify_reference();
create trigger notify_reference after insert or update or delete or truncate on agreement
  for each statement execute function notify_reference();
create trigger notify_reference after insert or update or delete or truncate on agreement_signatory
  for each statement execute function notify_reference();
create trigger notify_reference after insert or update or delete or truncate on provision
  for each statement execute function notify_reference();
create trigger notify_reference after insert or update or delete or truncate on provision_party
  for each statement execute function notify_reference();
create trigger notify_reference after insert or update or delete or truncate on provision_place
  for each statement execute function notify_reference();

-- Statements call it where their constants lack a key, because they are older than it.
create function raise_reference_changed() returns text
language plpgsql stable as $$
begin
  raise exception 'reference data has changed' using errcode = 'MZ001';
end $$;

-- The texts that a query of keys and texts answers, each at its key. Declared immutable though it reads
-- tables, so that the planner calls it and the plan holds what it answers. It reads as the role that asks.
create function constant_texts(query text) returns text[]
language plpgsql immutable strict as $$
declare
  texts text[];
  key integer;
  item text;
begin
  for key, item in execute query loop
    texts[key] := item;
  end loop;
  return texts;
end $$;
