import type { WriteContext } from '../../../context/write-context.js';
import { newKey } from '../../../database/key.js';
import { insertInto } from '../../../database/statement.js';
import { MAX_LENGTH } from '../../../domain/limits.js';
import type { Nation } from '../../../domain/scopes.js';
import type { Verdict } from '../../../domain/vocabularies.js';
import { type Problem, throwProblems } from '../../../mutations/problem.js';
import { parseText, parseTextInput, sourceText } from '../../../mutations/text.rules.js';
import { validateAssessment } from '../incident.policy.js';
import { actorOf } from './actor.js';
import { newestVerdicts, statusOf } from './assess.rules.js';
import { lockIncident } from './incident.lock.js';
import type { Written } from './report.service.js';
import type { AssessIncidentInput } from './writing.inputs.js';

/** An assessment of the current version. */
interface CurrentAssessment {
  readonly nation: Nation;
  readonly verdict: Verdict;
}

const CURRENT_ASSESSMENTS = `select nation, verdict from assessment
  where incident_key = $1 and version = (select version from incident where key = $1) order by assessed_at, key`;
const UPDATE = 'update incident set status = $2 where key = $1';

/** Records the verdict of a nation on the current version. Its earlier verdicts stay in the history. */
export function assessIncident(ctx: WriteContext, input: AssessIncidentInput): Promise<Written> {
  const { nation, viewer } = ctx;
  const { version, verdict } = input;
  const problems: Problem[] = [];
  const remark =
    input.remark == null
      ? null
      : sourceText(
          parseTextInput(input.remark, ['input', 'remark'], { longest: MAX_LENGTH.remark }, problems),
        );
  const note =
    input.internalNote == null
      ? null
      : parseText(input.internalNote, ['input', 'internalNote'], { longest: MAX_LENGTH.remark }, problems);
  return ctx.write(async (tx) => {
    const [incident, assessments] = await lockIncident(tx, ctx.nation, input.id, (key) =>
      tx.read<CurrentAssessment>({ text: CURRENT_ASSESSMENTS, values: [key] }),
    );
    const { key, audience, contentHash } = incident;
    const verdicts = newestVerdicts(assessments);
    throwProblems([
      ...validateAssessment(incident, actorOf(ctx), version, verdict, verdicts.get(nation)),
      ...problems,
    ]);
    const assessmentKey = newKey();
    const assessment = {
      key: assessmentKey,
      incidentKey: key,
      audience,
      nation,
      verdict,
      version,
      contentHash,
      remark,
      assessedBy: viewer.subject,
    };
    tx.send(
      insertInto('assessment', [assessment]),
      ...(note === null ? [] : [insertInto('assessment_note', [{ assessmentKey, nation, note }])]),
      { text: UPDATE, values: [key, statusOf(verdicts.set(nation, verdict))] },
    );
    return { key, warnings: [] };
  });
}
