-- The words an audience can have read, for mending misspelt ones: a word stands with the audiences of all
-- records that ever held it, so what a search is mended to never tells of a record that is hidden. Words
-- are only ever added, and may stand there twice: without a unique key no writer waits for another's words.
-- :pg_trgm is the schema of that extension.
create table search.word (
  word text collate "C" not null,
  audience smallint not null
);
create index word_word_idx on search.word (word);
create index word_trigrams_idx on search.word using gin (word :pg_trgm.gin_trgm_ops);
