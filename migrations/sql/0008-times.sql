-- Times of writing are the database's own: no role may give them. The owner may, for imports.
alter table incident alter column created_at set default now(), alter column updated_at set default now();
alter table revision alter column changed_at set default clock_timestamp();
alter table assessment alter column assessed_at set default clock_timestamp();
alter table provision_assessment alter column assessed_at set default clock_timestamp();
alter table release_consent alter column consented_at set default clock_timestamp();
alter table idempotency alter column created_at set default clock_timestamp();
alter table revoked_token alter column revoked_at set default clock_timestamp();
alter table issuer_freeze alter column frozen_at set default clock_timestamp();

-- now() is when the transaction began, which a role could have kept open.
create function stamp_incident() returns trigger
language plpgsql as $$
begin
  if writing_nation() is not null then
    new.created_at := clock_timestamp();
    new.updated_at := new.created_at;
  end if;
  return new;
end $$;
create trigger stamp_incident before insert on incident
  for each row execute function stamp_incident();

-- When content or status last changed: a release changes neither.
create function stamp_incident_change() returns trigger
language plpgsql as $$
begin
  if writing_nation() is not null and new.audience = old.audience then
    new.updated_at := clock_timestamp();
  end if;
  return new;
end $$;
create trigger stamp_incident_change before update on incident
  for each row when ((new.version, new.status) is distinct from (old.version, old.status))
  execute function stamp_incident_change();

-- The newest verdict counts, so one is later than all before it, even where the clock was set back.
create function order_assessment() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  if writing_nation() is not null then
    new.assessed_at := greatest(clock_timestamp(), (
      select max(assessed_at) + interval '1 millisecond' from assessment
       where incident_key = new.incident_key));
  end if;
  return new;
end $$;
create trigger order_assessment before insert on assessment
  for each row execute function order_assessment();

create function order_provision_assessment() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  if writing_nation() is not null then
    new.assessed_at := greatest(clock_timestamp(), (
      select max(assessed_at) + interval '1 millisecond' from provision_assessment
       where provision_key = new.provision_key and nation = new.nation));
  end if;
  return new;
end $$;
create trigger order_provision_assessment before insert on provision_assessment
  for each row execute function order_provision_assessment();
