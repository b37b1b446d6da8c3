import { identityOf } from '../../../auth/viewer.js';
import type { WriteContext } from '../../../context/write-context.js';
import { type Problem, throwProblems } from '../../../mutations/problem.js';
import { validateAction, validateVersion } from '../incident.policy.js';
import { actorOf } from './actor.js';
import { amendedText, changedParts, parseAmendment } from './amend.rules.js';
import { type IncidentContent, textContent } from './content.js';
import { checkInterval, unknownCodes } from './content.rules.js';
import { lockIncident } from './incident.lock.js';
import { currentContent, versionStatements } from './incident.versions.js';
import { findKeys } from './references.js';
import type { Written } from './report.service.js';
import type { AmendIncidentInput } from './writing.inputs.js';

/** Amends a record of the actor's nation. This makes a new version. */
export function amendIncident(ctx: WriteContext, input: AmendIncidentInput): Promise<Written> {
  const parsed = parseAmendment(input, new Date());
  return ctx.write(async (tx) => {
    const [incident, before] = await lockIncident(tx, ctx.nation, input.id, (key) => currentContent(tx, key));
    const title = parsed.title ? amendedText(incident.title, parsed.title) : incident.title;
    const narrative =
      parsed.narrative === undefined
        ? incident.narrative
        : parsed.narrative && amendedText(incident.narrative, parsed.narrative);
    const content: IncidentContent = {
      ...before,
      ...parsed.patch,
      title: textContent(title),
      narrative: narrative && textContent(narrative),
    };
    const keys = await findKeys(tx, content);
    const interval: Problem[] = [];
    const { occurredFrom, occurredTo } = content;
    const field = ['input', input.occurredTo ? 'occurredTo' : 'occurredFrom'];
    checkInterval(new Date(occurredFrom), occurredTo === null ? null : new Date(occurredTo), field, interval);
    throwProblems([
      ...validateAction('AMEND', incident, actorOf(ctx)),
      ...validateVersion(incident, input.version),
      ...parsed.problems,
      ...interval,
      ...unknownCodes(content, keys),
    ]);
    const changes = changedParts(before, content);
    if (changes.length === 0) throwProblems([{ reason: 'UNCHANGED', field: ['input'] }]);
    const writtenBy = identityOf(ctx.viewer);
    const next = { content, title, narrative, changes, keys, writtenBy };
    tx.send(...versionStatements(ctx, incident, next));
    return { key: incident.key, warnings: parsed.warnings };
  });
}
