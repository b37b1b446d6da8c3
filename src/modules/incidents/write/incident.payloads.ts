import { Field, ObjectType } from 'type-graphql';
import type { WriteContext } from '../../../context/write-context.js';
import { InvalidWriteError, type Problem } from '../../../mutations/problem.js';
import { type ReadBack, readBackBy } from '../../../mutations/read-back.js';
import { UserError, userErrors } from '../../../mutations/user-error.type.js';
import { Incident } from '../incident.entity.js';
import { incidentRead } from '../read/incident.read.js';
import type { Released } from '../release/release.service.js';
import type { Written } from './report.service.js';

@ObjectType({ description: 'The written incident, or the reasons why nothing was written.' })
export class IncidentPayload {
  @Field(() => Incident, {
    nullable: true,
    description: 'The current incident; null when nothing was written.',
  })
  incident!: ReadBack | null;

  @Field(() => [UserError], {
    description: 'Unusual values that were accepted, such as a position outside the area of responsibility.',
  })
  warnings!: UserError[];

  @Field(() => [UserError], {
    description: 'All reasons why nothing was written; empty on success.',
  })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The release or the consent to it, or the reasons why there is none.' })
export class ReleaseIncidentPayload {
  @Field(() => Incident, {
    nullable: true,
    description: 'The current incident; null when nothing was written.',
  })
  incident!: ReadBack | null;

  @Field(() => Boolean, {
    description:
      "The audience sees the record now. False while the other joint-command nation's consent is outstanding.",
  })
  isEffective!: boolean;

  @Field(() => [UserError], {
    description: 'All reasons why nothing was written; empty on success.',
  })
  userErrors!: UserError[];
}

export async function incidentPayload(
  ctx: WriteContext,
  writing: Promise<Written>,
): Promise<IncidentPayload> {
  try {
    const { key, warnings } = await writing;
    return { incident: incidentOf(key), warnings: userErrors(warnings, ctx.t), userErrors: [] };
  } catch (error) {
    return { incident: null, warnings: [], userErrors: userErrors(problemsOf(error), ctx.t) };
  }
}

export async function releasePayload(
  ctx: WriteContext,
  writing: Promise<Released>,
): Promise<ReleaseIncidentPayload> {
  try {
    const { key, isEffective } = await writing;
    return { incident: incidentOf(key), isEffective, userErrors: [] };
  } catch (error) {
    return { incident: null, isEffective: false, userErrors: userErrors(problemsOf(error), ctx.t) };
  }
}

/** The problems that the caller can correct. Throws any other error. */
function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof InvalidWriteError) return error.problems;
  throw error;
}

const incidentOf = readBackBy(incidentRead, 'key', 'uuid');
