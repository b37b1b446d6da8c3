import { randomUUID } from 'node:crypto';
import type { WriteContext } from '../write/context.js';
import { type Problem, refuseIf } from '../write/problem.js';
import { LONGEST, readText, readTextInput, sourceText } from '../write/text.rules.js';
import { whatForbidsAssessing } from './action.rules.js';
import { actorOf } from './actor.js';
import { newestVerdicts, statusOf } from './assess.rules.js';
import { Assessment, AssessmentNote } from './assessment.entity.js';
import { Incident } from './incident.entity.js';
import { recordEvent } from './incident.events.js';
import { lockIncident } from './incident.lock.js';
import type { Written } from './report.service.js';
import type { AssessIncidentInput } from './writing.inputs.js';

/** Turns one nation's key: its verdict on the version that stands. Earlier verdicts stay in the history. */
export function assessIncident(ctx: WriteContext, input: AssessIncidentInput): Promise<Written> {
  const { nation, viewer } = ctx;
  const { version, verdict } = input;
  const problems: Problem[] = [];
  const remark =
    input.remark == null
      ? null
      : sourceText(readTextInput(input.remark, ['input', 'remark'], { longest: LONGEST.text }, problems));
  const note =
    input.internalNote == null
      ? null
      : readText(input.internalNote, ['input', 'internalNote'], { longest: LONGEST.text }, problems);
  return ctx.write(async (manager) => {
    const incident = await lockIncident(manager, ctx.nation, input.id);
    const { key, audience, contentHash } = incident;
    const standing = await manager.find(Assessment, {
      where: { incidentKey: key, version: incident.version },
      order: { assessedAt: 'ASC', key: 'ASC' },
    });
    const verdicts = newestVerdicts(standing);
    refuseIf([
      ...whatForbidsAssessing(incident, actorOf(ctx), version, verdict, verdicts.get(nation)),
      ...problems,
    ]);
    const assessmentKey = randomUUID();
    await manager.insert(Assessment, {
      key: assessmentKey,
      incidentKey: key,
      audience,
      nation,
      verdict,
      version,
      contentHash,
      remark,
      assessedBy: viewer.subject,
      assessedAt: laterThan(standing),
    });
    if (note !== null) await manager.insert(AssessmentNote, { assessmentKey, nation, note });
    const status = statusOf(verdicts.set(nation, verdict));
    await manager.update(Incident, { key }, { status, updatedAt: () => 'clock_timestamp()' });
    await recordEvent(manager, { incidentKey: key, kind: 'ASSESSED', version, audience });
    return { key, warnings: [] };
  });
}

/** Now, or just after the newest assessment where another process's clock is ahead: the newest counts. */
function laterThan(assessments: readonly Assessment[]): Date {
  const newest = assessments.at(-1)?.assessedAt.getTime() ?? 0;
  return new Date(Math.max(Date.now(), newest + 1));
}
