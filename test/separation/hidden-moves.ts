import { type Audience, NATIONS, type Nation, type Role } from '../../src/domain/scopes.js';
import { AUDIENCE_BIT } from '../../src/planner/audience-mask.js';
import type { App, Identity } from '../support/app.js';
import type { Chance } from './chance.js';

/** Releases that an audience does not hear of, although it sees the record. */
export const RELEASED_UNSEEN: Readonly<Partial<Record<Audience, Audience>>> = {
  AZE: 'PUBLIC',
  PUBLIC: 'AZE',
};

/**
 * What nations do in one of two worlds that another audience must not notice: records of their own, filed with
 * the keys that the audience uses as well, and changed; releases and consents behind its back; notes to
 * oneself; revocations of its tokens, which are not theirs to revoke.
 */
export class HiddenMoves {
  /** How many were carried out. */
  made = 0;
  private readonly records: { readonly id: string; readonly nation: Nation; version: number }[] = [];

  constructor(
    private readonly audience: Audience,
    private readonly app: App,
    private readonly moment: () => string,
    private readonly tokenIds: readonly string[],
  ) {}

  async make(chance: Chance): Promise<void> {
    switch (chance.below(8)) {
      case 0:
      case 1:
      case 2:
        return this.report(chance);
      case 3:
        return this.change(chance);
      case 4:
        return this.release(chance);
      case 5:
        return this.note();
      case 6:
        return this.revoke(chance);
    }
  }

  private others(): Nation[] {
    return NATIONS.filter((nation) => nation !== this.audience);
  }

  private async ask(
    nation: Nation,
    document: string,
    identity: Identity = {},
    role: Role = 'CONTINGENT_HEAD',
  ) {
    const caller = this.app.as(nation, role, { subject: 'behind their backs', ...identity });
    const answer = await caller.query(document);
    if (answer.errors.length > 0) throw new Error(`${document}: ${answer.text}`);
    this.made += 1;
    return answer.data;
  }

  private async report(chance: Chance): Promise<void> {
    const nation = chance.pick(this.others());
    const joint = this.audience === 'AZE' || this.audience === 'PUBLIC' ? '[TUR, RUS]' : '[]';
    const { reportIncident } = await this.ask(
      nation,
      `mutation { reportIncident(input: { idempotencyKey: "key ${chance.below(12)}", category: SHELLING, place: "agdam"
        occurredFrom: "${this.moment()}", releaseTo: ${chance.pick(['[]', joint])}
        title: { locale: TR, text: "Gizli kayıt kukumavb ${chance.below(1_000)}" }
        casualties: [{ group: MILITARY, killed: 3 }], provisions: ["trilateral-statement-2020/1"]
        claims: [{ claimant: "TUR", sourceType: MEDIA }] }) { incident { id version } userErrors { code } } }`,
      { subject: `officer ${this.made}` },
    );
    const { id, version } = reportIncident.incident;
    this.records.push({ id, nation, version });
  }

  private async change(chance: Chance): Promise<void> {
    if (this.records.length === 0) return;
    const record = chance.pick(this.records);
    const { id, nation } = record;
    const named = `id: "${id}", version: ${record.version}`;
    const data = await this.ask(
      nation,
      chance.chance(50)
        ? `mutation { done: amendIncident(input: { ${named}, severity: ${chance.pick(['LOW', 'HIGH'])} }) { incident { version } } }`
        : `mutation { done: translateIncident(input: { ${named}, title: { locale: RU, text: "Скрытая ${chance.below(99)}" } }) { incident { version } } }`,
    );
    if (data.done.incident) record.version = data.done.incident.version;
  }

  /** Of a record that the audience sees, to somebody else: as far as the consent of one, or both. */
  private async release(chance: Chance): Promise<void> {
    const target = RELEASED_UNSEEN[this.audience];
    if (target === undefined) return;
    const joint = 3 | AUDIENCE_BIT[this.audience];
    const records = await this.app.sql<{ key: string; version: number }>(
      `select key::text, version from incident where audience & $1 = $1 and audience & $2 = 0 and status <> 'RETRACTED'
          and originator in ('TUR', 'RUS') and key::text !~ '-b19d-' order by occurred_from limit 20`,
      [joint, AUDIENCE_BIT[target]],
    );
    if (records.length === 0) return;
    const { key, version } = chance.pick(records);
    for (const nation of chance.pick([['TUR'], ['RUS'], ['TUR', 'RUS']] as const)) {
      await this.ask(
        nation,
        `mutation { releaseIncident(input: { id: "Incident:${key}", version: ${version}, audience: ${target} }) { isEffective userErrors { code } } }`,
      );
    }
  }

  /** Beside the assessments that the audience sees. */
  private async note(): Promise<void> {
    await this.app.sql(
      `insert into assessment_note (assessment_key, nation, note)
       select key, nation, 'Hidden record kukumavb' from assessment where nation <> $1 on conflict do nothing`,
      [this.audience],
    );
  }

  private async revoke(chance: Chance): Promise<void> {
    const jti = chance.pick(this.tokenIds);
    await this.ask(
      chance.pick(this.others()),
      `mutation { revokeToken(input: { jti: "${jti}" }) { revoked } }`,
      {},
      'NATIONAL_ADMIN',
    );
  }
}
