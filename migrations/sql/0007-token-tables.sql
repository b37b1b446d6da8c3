-- Tokens that a nation has revoked.
create table revoked_token (
  nation text not null,
  token_id text not null,
  revoked_by text not null,
  revoked_at timestamptz(3) not null,
  primary key (nation, token_id, revoked_at)
);

-- A nation's issuers are refused as long as its row is here; its administrator alone writes it.
create table issuer_freeze (
  nation text primary key,
  frozen_by text not null,
  frozen_at timestamptz(3) not null
);

grant insert on revoked_token to merzili_tur, merzili_rus, merzili_aze;
grant select (nation, token_id, revoked_by, revoked_at) on revoked_token
to merzili_tur, merzili_rus, merzili_aze;
grant insert, delete on issuer_freeze to merzili_tur, merzili_rus, merzili_aze;
grant select (nation, frozen_by, frozen_at) on issuer_freeze to merzili_tur, merzili_rus, merzili_aze;
