import { randomInt, randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Nation } from '../access/scopes.js';
import { identityOf } from '../access/viewer.js';
import type { WriteContext } from '../write/context.js';
import { type Problem, Refusal, refuseIf } from '../write/problem.js';
import { canonicalJson, contentHash } from './content.js';
import { unknownCodes } from './content.rules.js';
import { Idempotency } from './idempotency.entity.js';
import { Incident } from './incident.entity.js';
import { recordEvent } from './incident.events.js';
import { insertIncidents } from './incident.records.js';
import { findKeys } from './references.js';
import { type ReportReading, readReport } from './report.rules.js';
import type { ReportIncidentInput } from './writing.inputs.js';

/** What a service has written. */
export interface Written {
  /** Key of the incident. */
  readonly key: string;
  readonly warnings: readonly Problem[];
}

/** Records a new incident, once for every idempotency key. */
export function reportIncident(ctx: WriteContext, input: ReportIncidentInput): Promise<Written> {
  const reading = readReport(input, ctx.nation, new Date());
  const { content, audience, problems, warnings } = reading;
  return ctx.write(
    async (manager) => {
      const keys = await findKeys(manager, content);
      refuseIf([...problems, ...unknownCodes(content, keys)]);
      const drawn = randomUUID();
      const key = await keyOfReport(manager, ctx, reading, drawn);
      if (key !== drawn) return { key, warnings };
      await insertIncidents(
        manager,
        [
          {
            key,
            reference: await drawReference(manager, ctx.nation, new Date(content.occurredFrom)),
            importKey: null,
            originator: ctx.nation,
            audience,
            writtenBy: identityOf(ctx.viewer),
            content,
          },
        ],
        keys,
      );
      await recordEvent(manager, { incidentKey: key, kind: 'REPORTED', version: 1, audience });
      return { key, warnings };
    },
    { isRepeatable: true },
  );
}

/**
 * The incident that the client's key stands for: `drawn` from now on, or the one it stood for before. Of
 * clients that race, the second waits here until the first is done.
 */
async function keyOfReport(
  manager: EntityManager,
  { nation, viewer: { issuer, subject } }: WriteContext,
  { idempotencyKey, content, audience }: ReportReading,
  drawn: string,
): Promise<string> {
  const reporter = { nation, issuer, subject, key: idempotencyKey };
  const hash = contentHash(canonicalJson({ content, audience }));
  const taken = await manager
    .createQueryBuilder()
    .insert()
    .into(Idempotency)
    .values({
      ...reporter,
      contentHash: hash,
      incidentKey: drawn,
      audience,
      createdAt: () => 'clock_timestamp()',
    })
    .orIgnore()
    .returning('key')
    .execute();
  if (taken.raw.length > 0) return drawn;
  const former = await manager.findOneByOrFail(Idempotency, reporter);
  if (former.contentHash === hash) return former.incidentKey;
  throw new Refusal([{ reason: 'IDEMPOTENCY_MISMATCH', field: ['input', 'idempotencyKey'] }]);
}

const YEAR_IN_BAKU = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Baku', year: 'numeric' });
/** How often six digits are tried before a year counts as crowded. */
const TRIES_WITH_SIX_DIGITS = 4;

/** A reference nobody has yet, at random: neither a gap nor a high number tells of records not shown. */
async function drawReference(manager: EntityManager, nation: Nation, occurredFrom: Date): Promise<string> {
  const year = YEAR_IN_BAKU.format(occurredFrom);
  for (let attempt = 0; ; attempt += 1) {
    const digits = attempt < TRIES_WITH_SIX_DIGITS ? 6 : 7;
    const number = String(randomInt(10 ** digits)).padStart(digits, '0');
    const reference = `${nation}-${year}-${number}`;
    if (!(await manager.existsBy(Incident, { reference }))) return reference;
  }
}
