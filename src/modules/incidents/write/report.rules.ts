import { MAX_LENGTH } from '../../../domain/limits.js';
import { type Audience, JOINT_COMMAND, type Nation } from '../../../domain/scopes.js';
import type { Problem } from '../../../mutations/problem.js';
import { parseText, parseTextInput, sourceText } from '../../../mutations/text.rules.js';
import { maskOf } from '../../../planner/audience-mask.js';
import { type IncidentContent, textContent } from './content.js';
import {
  checkInterval,
  checkTime,
  parseCasualties,
  parseClaims,
  parsePosition,
  parseProvisions,
} from './content.rules.js';
import type { ReportIncidentInput } from './writing.inputs.js';

/** A parsed report. It is valid if `problems` is empty. */
export interface ParsedReport {
  readonly idempotencyKey: string;
  readonly content: IncidentContent;
  /** Audience mask, the originator included. */
  readonly audience: number;
  readonly problems: readonly Problem[];
  /** Unusual values that are accepted. */
  readonly warnings: readonly Problem[];
}

export function parseReport(input: ReportIncidentInput, originator: Nation, now: Date): ParsedReport {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const { occurredFrom, occurredTo = null, position, narrative } = input;
  const idempotencyKey = parseText(
    input.idempotencyKey,
    ['input', 'idempotencyKey'],
    { longest: MAX_LENGTH.idempotencyKey },
    problems,
  );
  checkTime(occurredFrom, ['input', 'occurredFrom'], now, problems);
  if (occurredTo !== null) checkTime(occurredTo, ['input', 'occurredTo'], now, problems);
  checkInterval(occurredFrom, occurredTo, ['input', 'occurredTo'], problems);
  const title = parseTextInput(input.title, ['input', 'title'], { longest: MAX_LENGTH.title }, problems);
  const content: IncidentContent = {
    category: input.category,
    severity: input.severity,
    occurredFrom: occurredFrom.toISOString(),
    occurredTo: occurredTo?.toISOString() ?? null,
    timePrecision: input.timePrecision,
    place: input.place ?? null,
    position: position == null ? null : parsePosition(position, ['input', 'position'], problems, warnings),
    title: textContent(sourceText(title)),
    narrative:
      narrative == null
        ? null
        : textContent(
            sourceText(
              parseTextInput(
                narrative,
                ['input', 'narrative'],
                { longest: MAX_LENGTH.narrative, hasLines: true },
                problems,
              ),
            ),
          ),
    claims: parseClaims(input.claims ?? [], ['input', 'claims'], problems),
    casualties: parseCasualties(input.casualties ?? [], ['input', 'casualties'], problems),
    provisions: parseProvisions(input.provisions ?? [], ['input', 'provisions'], problems),
  };
  const releaseTo = input.releaseTo ?? [];
  problems.push(...audienceProblems(releaseTo, originator));
  return { idempotencyKey, content, audience: maskOf([originator, ...releaseTo]), problems, warnings };
}

/**
 * A report may only be released to TUR and RUS at once. Every other audience needs the consent of both heads later.
 */
function audienceProblems(releaseTo: readonly Audience[], originator: Nation): Problem[] {
  return releaseTo.flatMap((audience, index): Problem[] => {
    if (audience === originator || JOINT_COMMAND.some((nation) => nation === audience)) return [];
    return [{ reason: 'AUDIENCE', field: ['input', 'releaseTo', String(index)], variables: { audience } }];
  });
}
