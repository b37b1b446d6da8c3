-- Incidents that a search finds, below row security: see 0004-queries.sql.

-- The newest or oldest incidents that all queries find from `since` up to `until`, in this order, beyond a
-- place in it where that is given. The index is asked for two days, then for so many before those as should
-- hold enough by what was found, or for all the rest where that should not hold many more: of a common word
-- a page is found in few days, and of a rare one all are soon read.
create function search.by_time(
  queries tsquery[], viewer integer, is_descending boolean, most integer,
  since timestamptz, until timestamptz, beyond_time timestamptz, beyond_key uuid
) returns uuid[]
language plpgsql stable
set search_path = :search_path set enable_seqscan = off set max_parallel_workers_per_gather = 0 as $$
declare
  oldest timestamptz;
  newest timestamptz;
  keys uuid[] := '{}';
  found uuid[];
  days integer := 2;
  rate real;
  is_rest boolean := false;
  is_bounded constant boolean := since is not null or until is not null;
  direction constant text := case when is_descending then 'desc' else 'asc' end;
  beyond constant text := case
    when beyond_key is null then 'true'
    when is_descending then '(occurred_from, incident_key) < ($4, $5)'
    else '(occurred_from, incident_key) > ($4, $5)' end;
  near constant text := format(
    'select array(
       select incident_key from incident_search
        where %%s and audience & %s <> 0 and occurred_from between $2 and $3 and %s
        order by occurred_from %s, incident_key %3$s limit $6)',
    viewer, beyond, direction);
  words constant text := search.all_of(queries);
begin
  select greatest(min(occurred_from), since, case when not is_descending then beyond_time end),
         least(max(occurred_from), until, case when is_descending then beyond_time end)
    into oldest, newest from incident where audience & viewer <> 0;
  while oldest <= newest loop
    is_rest := is_rest or newest - oldest < days * interval '2 days';
    since := case when is_descending and not is_rest then newest - days * interval '1 day' else oldest end;
    until := case when is_descending or is_rest then newest else oldest + days * interval '1 day' end;
    -- What is rarer leads: up to eight days hold fewer records than most words.
    execute format(near, case
        when is_rest and not is_bounded then words
        when is_rest or days > 8 then words || ' and document @@ $1'
        else 'document @@ $1 and ' || words end)
      into found
      using search.any_of(search.span(since, until), ''), since, until, beyond_time, beyond_key,
            most - cardinality(keys);
    keys := keys || found;
    exit when is_rest or cardinality(keys) = most;
    if is_descending then
      newest := since - interval '1 microsecond';
    else
      oldest := until + interval '1 microsecond';
    end if;
    -- All the rest where it should hold at most twice what is missing; else as many days as should hold
    -- half as many again, and at most eight times more, because few days tell little of many.
    rate := greatest(cardinality(found), 1)::real / days;
    is_rest := rate * extract(epoch from newest - oldest) / 86400 < (most - cardinality(keys)) * 2;
    days := ceil(least(days * 8, (most - cardinality(keys)) * 1.5 / rate));
  end loop;
  return keys;
end $$;

-- What a search finds: where that is no more than `most`, every record with its rank. More are alike to a
-- search. Then it answers a page of them by time, when a page is asked for; otherwise all of them, when
-- they are at most ten times as many; or else no key, but the query for the caller to ask of each record.
create function search.incidents(
  search_text text, locale text, most integer,
  narrowed tsquery[] default null, since timestamptz default null, until timestamptz default null,
  page integer default null, is_descending boolean default true,
  beyond_rank real default null, beyond_time timestamptz default null, beyond_key uuid default null
) returns table (incident_key uuid, rank real, query tsquery)
language plpgsql stable security definer rows 500
set search_path = :search_path set plan_cache_mode = force_custom_plan set enable_seqscan = off
set max_parallel_workers_per_gather = 0 as $$
declare
  viewer constant integer := search.viewer_bit();
  enough constant integer := case when page is null then most * 10 else most end;
  latest constant timestamptz := until - interval '1 microsecond';
  words tsquery[];
  broad tsquery;
  exact tsquery;
  preferred tsquery;
  keys uuid[];
begin
  if viewer is null then return; end if;
  select q.broad, q.exact, q.preferred
    into words, exact, preferred
    from search.queries(
      search_text, viewer,
      case locale when 'TR' then 'A' when 'RU' then 'B' when 'AZ' then 'C' when 'EN' then 'D' end) q;
  broad := string_agg('(' || word::text || ')', '&') from unnest(words) word;
  if broad is null then
    if most is null then
      return query select key, 0::real, null::tsquery from incident where audience & viewer <> 0;
    else
      return query select null::uuid, 0::real, null::tsquery;
    end if;
    return;
  end if;
  if most is null then
    return query
      select s.incident_key, 0::real, broad from incident_search s
       where s.document @@ broad and s.audience & viewer <> 0;
    return;
  end if;
  words := words || narrowed;
  keys := search.by_time(words, viewer, true, enough + 1, since, latest, null, null);
  if cardinality(keys) <= most then
    return query
      select found.incident_key,
             ((found.document @@ preferred)::int * 2 + (found.document @@ exact)::int + ts_rank(
               -- How much a match counts by the reader's language.
               case locale
                 when 'TR' then '{.3,.3,.3,1}' when 'RU' then '{.3,.3,1,.3}'
                 when 'AZ' then '{.3,1,.3,.3}' when 'EN' then '{1,.3,.3,.3}' end::real[],
               found.document, broad) + 1e-6)::real,
             broad
        -- Put together with nothing, so that each document is fetched once for all three.
        from (
          select s.incident_key, s.document || '' as document from incident_search s
           where s.incident_key = any (keys) and s.audience & viewer <> 0 offset 0) found;
  elsif cardinality(keys) <= enough then
    return query select key, 0::real, broad from unnest(keys) key;
  elsif page is null then
    return query select null::uuid, 0::real, broad;
  else
    -- All that is beyond a rank, which records had when there were fewer.
    if beyond_rank > 0 then
      beyond_time := null;
      beyond_key := null;
    end if;
    if beyond_key is not null or not is_descending then
      keys := search.by_time(words, viewer, is_descending, page, since, latest, beyond_time, beyond_key);
    end if;
    return query select key, 0::real, broad from unnest(keys[1:page]) key;
  end if;
end $$;

create function search.incident_count(
  search_text text, narrowed tsquery[] default null,
  since timestamptz default null, until timestamptz default null
) returns bigint
language plpgsql stable security definer
set search_path = :search_path set plan_cache_mode = force_custom_plan set enable_seqscan = off
set max_parallel_workers_per_gather = 0 as $$
declare
  viewer constant integer := search.viewer_bit();
  latest constant timestamptz := until - interval '1 microsecond';
  queries tsquery[];
  count bigint;
begin
  if viewer is null then return 0; end if;
  select q.broad || narrowed into queries from search.queries(search_text, viewer, 'A') q;
  if cardinality(queries) > 0 and (since is not null or until is not null) then
    select queries || search.any_of(
             search.span(greatest(min(occurred_from), since), least(max(occurred_from), latest)), '')
      into queries from incident where audience & viewer <> 0;
  end if;
  execute format(
      'select count(*) from %s where %s and audience & %s <> 0 and %s',
      case when cardinality(queries) > 0 then 'incident_search' else 'incident' end,
      search.all_of(queries),
      viewer,
      concat_ws(' and ', 'true',
        'occurred_from >= ' || quote_literal(since), 'occurred_from <= ' || quote_literal(latest)))
    into count;
  return count;
end $$;

revoke execute on function
  search.by_time(tsquery[], integer, boolean, integer, timestamptz, timestamptz, timestamptz, uuid),
  search.incidents(
    text, text, integer, tsquery[], timestamptz, timestamptz, integer, boolean, real, timestamptz, uuid),
  search.incident_count(text, tsquery[], timestamptz, timestamptz)
from public;
grant execute on function
  search.incidents(
    text, text, integer, tsquery[], timestamptz, timestamptz, integer, boolean, real, timestamptz, uuid),
  search.incident_count(text, tsquery[], timestamptz, timestamptz)
to merzili_tur, merzili_rus, merzili_aze, merzili_public;
