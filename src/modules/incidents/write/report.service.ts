import { randomInt } from 'node:crypto';
import { identityOf } from '../../../auth/viewer.js';
import type { WriteContext } from '../../../context/write-context.js';
import { newKey } from '../../../database/key.js';
import type { Transaction } from '../../../database/transaction.js';
import type { Nation } from '../../../domain/scopes.js';
import { InvalidWriteError, type Problem, throwProblems } from '../../../mutations/problem.js';
import { canonicalJson } from './canonical-json.js';
import { contentHash } from './content.js';
import { unknownCodes } from './content.rules.js';
import { incidentInsertions } from './incident.records.js';
import { findKeys } from './references.js';
import { type ParsedReport, parseReport } from './report.rules.js';
import type { ReportIncidentInput } from './writing.inputs.js';

/** Result of a service that writes an incident. */
export interface Written {
  /** Key of the incident. */
  readonly key: string;
  readonly warnings: readonly Problem[];
}

/** Records a new incident. Repeating a report with the same idempotency key answers the first result. */
export function reportIncident(ctx: WriteContext, input: ReportIncidentInput): Promise<Written> {
  const parsed = parseReport(input, ctx.nation, new Date());
  const { content, audience, problems, warnings } = parsed;
  return ctx.write(
    async (tx) => {
      if (problems.length > 0)
        throwProblems([...problems, ...unknownCodes(content, await findKeys(tx, content))]);
      const newIncidentKey = newKey();
      const [keys, key, reference] = await Promise.all([
        findKeys(tx, content),
        keyOfReport(tx, ctx, parsed, newIncidentKey),
        drawReference(tx, ctx.nation, new Date(content.occurredFrom)),
      ]);
      throwProblems(unknownCodes(content, keys));
      if (key !== newIncidentKey) return { key, warnings };
      const incident = {
        key,
        reference,
        importKey: null,
        originator: ctx.nation,
        audience,
        writtenBy: identityOf(ctx.viewer),
        content,
      };
      tx.send(...incidentInsertions([incident], keys));
      return { key, warnings };
    },
    { isRepeatable: true },
  );
}

const TAKE_KEY = `insert into idempotency (nation, issuer, subject, key, content_hash, incident_key, audience)
  values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning incident_key`;
const FORMER = `select incident_key as "incidentKey", content_hash as "contentHash" from idempotency
  where nation = $1 and issuer = $2 and subject = $3 and key = $4`;

/**
 * The incident of an idempotency key: `newIncidentKey` if the key is new, otherwise the incident recorded before. The
 * insert makes a concurrent report with the same key wait for the first one.
 */
async function keyOfReport(
  tx: Transaction,
  { nation, viewer: { issuer, subject } }: WriteContext,
  { idempotencyKey, content, audience }: ParsedReport,
  newIncidentKey: string,
): Promise<string> {
  const reporter = [nation, issuer, subject, idempotencyKey];
  const hash = contentHash(canonicalJson({ content, audience }));
  const taken = await tx.read({ text: TAKE_KEY, values: [...reporter, hash, newIncidentKey, audience] });
  if (taken.length > 0) return newIncidentKey;
  const [former] = await tx.read<{ incidentKey: string; contentHash: string }>({
    text: FORMER,
    values: reporter,
  });
  if (former?.contentHash === hash) return former.incidentKey;
  throw new InvalidWriteError([{ reason: 'IDEMPOTENCY_MISMATCH', field: ['input', 'idempotencyKey'] }]);
}

const YEAR_IN_BAKU = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Baku', year: 'numeric' });
/** Attempts with six digits before a reference gets seven. */
const TRIES_WITH_SIX_DIGITS = 4;
const TAKEN = 'select reference from incident where reference = $1';

/** An unused reference. It is random because gaps or high numbers would reveal hidden records. */
async function drawReference(tx: Transaction, nation: Nation, occurredFrom: Date): Promise<string> {
  const year = YEAR_IN_BAKU.format(occurredFrom);
  for (let attempt = 0; ; attempt += 1) {
    const digits = attempt < TRIES_WITH_SIX_DIGITS ? 6 : 7;
    const number = String(randomInt(10 ** digits)).padStart(digits, '0');
    const reference = `${nation}-${year}-${number}`;
    const taken = await tx.read({ text: TAKEN, values: [reference] });
    if (taken.length === 0) return reference;
  }
}
