import type { WriteContext } from '../../../context/write-context.js';
import { throwProblems } from '../../../mutations/problem.js';
import { validateAction, validateVersion } from '../incident.policy.js';
import { actorOf } from './actor.js';
import { type IncidentContent, textContent } from './content.js';
import { lockIncident } from './incident.lock.js';
import { currentContent, versionStatements } from './incident.versions.js';
import { findKeys } from './references.js';
import type { Written } from './report.service.js';
import { isSameText, parseTranslation, translatedText, validateTranslation } from './translate.rules.js';
import type { TranslateIncidentInput } from './writing.inputs.js';

/** Adds or corrects a translation of a visible record, which makes a new version. */
export function translateIncident(ctx: WriteContext, input: TranslateIncidentInput): Promise<Written> {
  const parsed = parseTranslation(input);
  return ctx.write(async (tx) => {
    const [incident, before] = await lockIncident(tx, ctx.nation, input.id, (key) => currentContent(tx, key));
    throwProblems([
      ...validateAction('TRANSLATE', incident, actorOf(ctx)),
      ...validateVersion(incident, input.version),
      ...parsed.problems,
      ...validateTranslation(incident.title, 'title', parsed.title),
      ...validateTranslation(incident.narrative, 'narrative', parsed.narrative),
    ]);
    const title = translatedText(incident.title, parsed.title, input.status);
    const narrative = translatedText(incident.narrative, parsed.narrative, input.status);
    const changes = [
      ...(isSameText(incident.title, title) ? [] : ['title' as const]),
      ...(isSameText(incident.narrative, narrative) ? [] : ['narrative' as const]),
    ];
    if (changes.length === 0) throwProblems([{ reason: 'UNCHANGED', field: ['input'] }]);
    const content: IncidentContent = {
      ...before,
      title: textContent(title),
      narrative: narrative && textContent(narrative),
    };
    const keys = await findKeys(tx, content);
    const { writtenBy } = incident;
    const next = { content, title, narrative, changes, keys, writtenBy };
    tx.send(...versionStatements(ctx, incident, next));
    return { key: incident.key, warnings: [] };
  });
}
