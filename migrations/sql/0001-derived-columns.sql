-- Columns that the database derives, whatever a statement says.

-- The hash of the content without its position: whoever knows the rest could find the position by trying all.
-- Canonical JSON escapes quotation marks within texts, so the pattern meets the member itself only.
create function derive_revision() returns trigger
language plpgsql as $$
begin
  new.open_hash := encode(
    sha256(convert_to(regexp_replace(new.content, '"position":\{[^{}]*\}', '"position":null'), 'UTF8')),
    'hex'
  );
  return new;
end $$;
create trigger derive_revision before insert or update on revision
  for each row execute function derive_revision();

-- The search path keeps a temporary table of a role's own from standing in for the places.
create function derive_incident() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  new.district_key := (
    select case when coalesce(parent.kind, place.kind) = 'DISTRICT' then coalesce(parent.key, place.key) end
      from place left join place parent on parent.key = place.parent_key
     where place.key = new.place_key);
  new.untranslated := untranslated(new.title) | untranslated(new.narrative);
  return new;
end $$;
create trigger derive_incident before insert or update of place_key, title, narrative on incident
  for each row execute function derive_incident();
