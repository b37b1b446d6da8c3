import { randomUUID } from 'node:crypto';
import type { ImplementationStatus } from '../labels/vocabularies.js';
import type { WriteContext } from '../write/context.js';
import { type Problem, refuseIf } from '../write/problem.js';
import {
  isStorable,
  LONGEST,
  readTextInput,
  sourceText,
  unknownCode,
  type WrittenText,
} from '../write/text.rules.js';
import { Provision, ProvisionAssessment } from './agreement.entity.js';

/** Adds one nation's view of a provision to the dated series. Saying the same in the same words adds nothing. */
export function assessProvision(
  ctx: WriteContext,
  { code, status, rationale }: { code: string; status: ImplementationStatus; rationale?: WrittenText | null },
): Promise<void> {
  const { nation, viewer } = ctx;
  const problems: Problem[] = [];
  const reason =
    rationale == null
      ? null
      : sourceText(readTextInput(rationale, ['input', 'rationale'], { longest: LONGEST.text }, problems));
  return ctx.write(async (manager) => {
    const provision = isStorable(code) ? await manager.findOneBy(Provision, { code }) : null;
    if (provision === null) problems.push(unknownCode(code, ['input', 'code']));
    refuseIf(problems);
    if (provision === null) return;
    const { key: provisionKey } = provision;
    // One at a time for each nation, so that the newest is the one that was made last.
    await manager.query('select pg_advisory_xact_lock(hashtext($1), $2)', [
      `assess provision ${nation}`,
      provisionKey,
    ]);
    const newest = await manager.findOne(ProvisionAssessment, {
      where: { provisionKey, nation },
      order: { assessedAt: 'DESC', key: 'DESC' },
    });
    const isSame = newest?.status === status && sourceWords(newest) === reason?.texts[reason.source]?.text;
    if (isSame) refuseIf([{ reason: 'SAME_STATUS', field: ['input', 'status'] }]);
    await manager.insert(ProvisionAssessment, {
      key: randomUUID(),
      provisionKey,
      nation,
      status,
      rationale: reason,
      assessedAt: new Date(Math.max(Date.now(), (newest?.assessedAt.getTime() ?? 0) + 1)),
      assessedBy: viewer.subject,
    });
  });
}

function sourceWords({ rationale }: ProvisionAssessment): string | undefined {
  return rationale?.texts[rationale.source]?.text;
}
