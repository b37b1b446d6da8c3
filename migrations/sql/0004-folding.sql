-- Folding: one spelling for what different sides write differently. Everything here takes and answers words
-- in small letters separated by single spaces, unless it says otherwise. :fuzzystrmatch is the schema of
-- that extension.

-- Any text as words, case kept. An ending set off by an apostrophe (Ağdam'da, Aghdam's), or from capitals
-- by a hyphen (PUA-lar), goes; so does what cannot be seen.
create function search.tokens(body text) returns text
language plpgsql immutable strict parallel safe as $$
declare
  known text := translate(
    normalize(body, nfc),
    U&'\2019\2018\02BC\00B4\0060\00AD\200B\200C\200D\2060\FEFF',
    '''''''''''');
begin
  if position('''' in known) > 0 then
    known := regexp_replace(
      known,
      '(?<=[[:alnum:]])'''
        '(?:[yns]?[ıiuüaeəİI]n?|n?[dt][aeə]n?(?:ki)?|l[aeə]r[[:alpha:]]{0,4}|l[ıiuü]|s)\M'
        collate "und-x-icu",
      '',
      'gi');
    known := replace(known, '''', '');
  end if;
  if position('-' in known) > 0 then
    known := regexp_replace(
      known,
      '(?<=[[:upper:]][[:upper:]])'
        '-(?:[yns]?[ıiuüaeə]n?|n?[dt][aeə]n?(?:ki)?|l[aeə]r[[:alpha:]]{0,4}|l[ıiuü]|s)\M'
        collate "und-x-icu",
      '',
      'g');
  end if;
  return btrim(regexp_replace(known, '[^[:alnum:]]+' collate "und-x-icu", ' ', 'g'));
end $$;

create function search.lower_turkic(words text) returns text
language sql immutable strict parallel safe
return lower(words collate "tr-x-icu");

-- Small letters of languages without a dotless i.
create function search.lower_other(words text) returns text
language sql immutable strict parallel safe
return translate(lower(words collate "und-x-icu"), U&'ё\0307', 'е');

-- Without marks: Şuşa is susa, Xankəndi xankendi.
create function search.unaccented(words text) returns text
language sql immutable strict parallel safe
return regexp_replace(normalize(translate(words, 'ıə', 'ie'), nfd), U&'[\0300-\036F]+', '', 'g');

-- As it sounds, in Latin letters: Агдам, Ağdam and Aghdam are agdam; Şuşa, Shusha and Шуша are shusha.
-- Letters become one other letter or fall away, then what sounds alike becomes one spelling, then double
-- letters single ones.
create function search.folded(words text) returns text
language sql immutable strict parallel safe
return search.unaccented(
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
  translate(
    replace(words, 'ch', 'ç'),
    'абвгдеёжзийклмнопрстуфхыэəığxqwcьъ',
    'abvgdeejziiklmnoprstufhieaighgvj')
  , 'ц', 'ts'), 'ч', 'ch'), 'ш', 'sh'), 'щ', 'sh'), 'ю', 'iu'), 'я', 'ia'), 'ç', 'ch'), 'ş', 'sh')
  , 'kh', 'h'), 'gh', 'g'), 'zh', 'j'), 'dj', 'j'), 'y', 'i'), 'aa', 'a'), 'bb', 'b'), 'cc', 'c')
  , 'dd', 'd'), 'ee', 'e'), 'ff', 'f'), 'gg', 'g'), 'hh', 'h'), 'ii', 'i'), 'jj', 'j'), 'kk', 'k')
  , 'll', 'l'), 'mm', 'm'), 'nn', 'n'), 'oo', 'o'), 'pp', 'p'), 'rr', 'r'), 'ss', 's'), 'tt', 't')
  , 'uu', 'u'), 'vv', 'v'), 'zz', 'z'));

-- Without the endings that Turkish and Azerbaijani put on nouns, as far as four letters remain.
create function search.stripped_once(words text) returns text
language sql immutable strict parallel safe
return regexp_replace(
  words,
  '\m([a-z]{4,}?)(?:l[ae]r)?(?:[iu]m|s?[iu])?'
  '(?:n?d[ae]n?(?:ki)?|t[ae]n?(?:ki)?|n?[iu]n|n[iuae]|[iy]?[aeiu]|[iy]?l[ae])?[kgq]?\M',
  '\1',
  'g'
);

create function search.stripped(words text) returns text
language sql immutable strict parallel safe
return search.stripped_once(search.stripped_once(words));

-- A word without what Turkish and Azerbaijani derive others by: mayınlı (mined) is mayın.
create function search.underived(word text) returns text
language sql immutable strict parallel safe
return regexp_replace(
  search.lower_turkic(word),
  '^([[:alpha:]]{3,}?)(?:l[ıiuü][kğqg]?|s[ıiuü]z)(?:l[aeə]r)?[[:alpha:]]{0,3}$' collate "und-x-icu",
  '\1'
);

-- As it sounds when typed on a keyboard that lacks its letters: Şuşa as Susa is susa.
create function search.typed(words text) returns text
language sql immutable strict parallel safe
return search.folded(search.unaccented(words));

-- The forms under which words are indexed besides their stems.
create function search.forms(words text) returns text
language plpgsql immutable strict parallel safe as $$
declare
  small constant text := search.lower_turkic(words);
begin
  return search.folded(small) || ' ' || search.typed(small);
end $$;

-- The same without endings, for searches: they find a record by what begins with them.
create function search.beginnings(words text) returns text
language plpgsql immutable strict parallel safe as $$
begin
  return search.stripped(search.forms(words));
end $$;

-- What the stemmers make of one word; a word of no weight, such as and, is an empty string.
create function search.stems(word text) returns text[]
language sql immutable strict parallel safe
return array(select distinct coalesce(stem[1], '') from (values
  (ts_lexize('pg_catalog.turkish_stem', search.lower_turkic(word))),
  (ts_lexize('pg_catalog.turkish_stem', translate(search.lower_turkic(word), 'əxq', 'ehk'))),
  (ts_lexize('pg_catalog.russian_stem', search.lower_other(word))),
  (ts_lexize('pg_catalog.english_stem', search.lower_other(word)))) as stemmer (stem));

-- Misspellings: one letter wrong, missing, too many, or two in the wrong order; two in long words.
create function search.letters(word text) returns text[]
language sql immutable strict parallel safe
return array(select letter from string_to_table(word, null) letter order by letter);

create function search.is_typo(word text, meant text) returns boolean
language plpgsql immutable strict parallel safe as $$
declare
  allowed constant integer := case when length(word) < 4 then 0 when length(word) < 8 then 1 else 2 end;
begin
  if allowed = 0 or length(meant) < 4 then return false; end if;
  return :fuzzystrmatch.levenshtein_less_equal(left(word, 60), left(meant, 60), allowed) <= allowed
    or (length(word) = length(meant)
        and :fuzzystrmatch.levenshtein_less_equal(left(word, 60), left(meant, 60), 2) <= 2
        and search.letters(word) = search.letters(meant));
end $$;
