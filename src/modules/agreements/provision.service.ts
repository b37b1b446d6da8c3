import type { WriteContext } from '../../context/write-context.js';
import { newKey } from '../../database/key.js';
import { insertInto } from '../../database/statement.js';
import { MAX_LENGTH } from '../../domain/limits.js';
import type { ImplementationStatus } from '../../domain/vocabularies.js';
import type { StoredText } from '../../graphql-types/localized-text.type.js';
import { type Problem, throwProblems } from '../../mutations/problem.js';
import {
  isStorable,
  parseTextInput,
  sourceText,
  unknownCode,
  type WrittenText,
} from '../../mutations/text.rules.js';

interface Newest {
  readonly status: ImplementationStatus;
  readonly rationale: StoredText | null;
}

/** One at a time for each nation, so that each is compared with the one before it. */
const LOCK = 'select nation from nation_lock where nation = $1 for update';
const NEWEST = `select status, rationale from provision_assessment
  where provision_key = $1 and nation = $2 order by assessed_at desc, key desc limit 1`;

/** Adds an assessment of a provision by the viewer's nation. An unchanged status and rationale is SAME_STATUS. */
export function assessProvision(
  ctx: WriteContext,
  { code, status, rationale }: { code: string; status: ImplementationStatus; rationale?: WrittenText | null },
): Promise<void> {
  const { nation, viewer } = ctx;
  const problems: Problem[] = [];
  const reason =
    rationale == null
      ? null
      : sourceText(
          parseTextInput(rationale, ['input', 'rationale'], { longest: MAX_LENGTH.remark }, problems),
        );
  return ctx.write(async (tx) => {
    const [provision] = isStorable(code)
      ? await tx.read<{ key: number }>({ text: 'select key from provision where code = $1', values: [code] })
      : [];
    if (provision === undefined) problems.push(unknownCode(code, ['input', 'code']));
    throwProblems(problems);
    if (provision === undefined) return;
    const { key: provisionKey } = provision;
    tx.send({ text: LOCK, values: [nation] });
    const [newest] = await tx.read<Newest>({ text: NEWEST, values: [provisionKey, nation] });
    const isSame = newest?.status === status && sourceWords(newest) === reason?.texts[reason.source]?.text;
    if (isSame) throwProblems([{ reason: 'SAME_STATUS', field: ['input', 'status'] }]);
    const assessment = {
      key: newKey(),
      provisionKey,
      nation,
      status,
      rationale: reason,
      assessedBy: viewer.subject,
    };
    tx.send(insertInto('provision_assessment', [assessment]));
  });
}

function sourceWords({ rationale }: Newest): string | undefined {
  return rationale?.texts[rationale.source]?.text;
}
