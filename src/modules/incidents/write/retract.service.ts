import type { WriteContext } from '../../../context/write-context.js';
import { MAX_LENGTH } from '../../../domain/limits.js';
import { type Problem, throwProblems } from '../../../mutations/problem.js';
import { parseTextInput, sourceText } from '../../../mutations/text.rules.js';
import { validateAction, validateVersion } from '../incident.policy.js';
import { actorOf } from './actor.js';
import { lockIncident } from './incident.lock.js';
import type { Written } from './report.service.js';
import type { RetractIncidentInput } from './writing.inputs.js';

const UPDATE = "update incident set status = 'RETRACTED', retraction = $2 where key = $1";

/** Retracts a record of the actor's nation. It stays readable, and no action on it is possible any more. */
export function retractIncident(ctx: WriteContext, input: RetractIncidentInput): Promise<Written> {
  const problems: Problem[] = [];
  const reason = parseTextInput(input.reason, ['input', 'reason'], { longest: MAX_LENGTH.remark }, problems);
  return ctx.write(async (tx) => {
    const [incident] = await lockIncident(tx, ctx.nation, input.id, async () => {});
    throwProblems([
      ...validateAction('RETRACT', incident, actorOf(ctx)),
      ...validateVersion(incident, input.version),
      ...problems,
    ]);
    const { key } = incident;
    tx.send({ text: UPDATE, values: [key, sourceText(reason)] });
    return { key, warnings: [] };
  });
}
