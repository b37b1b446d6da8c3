import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { WriteContext } from '../../../context/write-context.js';
import { RequiresScope } from '../../../graphql-types/guard.js';
import { releaseIncident } from '../release/release.service.js';
import { amendIncident } from './amend.service.js';
import { assessIncident } from './assess.service.js';
import {
  IncidentPayload,
  incidentPayload,
  ReleaseIncidentPayload,
  releasePayload,
} from './incident.payloads.js';
import { reportIncident } from './report.service.js';
import { retractIncident } from './retract.service.js';
import { translateIncident } from './translate.service.js';
import {
  AmendIncidentInput,
  AssessIncidentInput,
  ReleaseIncidentInput,
  ReportIncidentInput,
  RetractIncidentInput,
  TranslateIncidentInput,
} from './writing.inputs.js';

@Resolver()
export class IncidentWritingResolver {
  @Mutation(() => IncidentPayload, {
    nullable: true,
    description: "Records a new incident of the viewer's nation.",
  })
  @RequiresScope('incident:report')
  reportIncident(
    @Arg('input', () => ReportIncidentInput, { description: 'What is reported.' }) input: ReportIncidentInput,
    @Ctx() ctx: WriteContext,
  ): Promise<IncidentPayload> {
    return incidentPayload(ctx, reportIncident(ctx, input));
  }

  @Mutation(() => IncidentPayload, {
    nullable: true,
    description:
      "Changes the content of a record of the viewer's nation. Makes a new version, which nobody has assessed.",
  })
  @RequiresScope('incident:amend')
  amendIncident(
    @Arg('input', () => AmendIncidentInput, { description: 'What is changed.' }) input: AmendIncidentInput,
    @Ctx() ctx: WriteContext,
  ): Promise<IncidentPayload> {
    return incidentPayload(ctx, amendIncident(ctx, input));
  }

  @Mutation(() => IncidentPayload, {
    nullable: true,
    description:
      'Adds or corrects a translation of a record the viewer sees. Makes a new version, which nobody has assessed.',
  })
  @RequiresScope('incident:translate')
  translateIncident(
    @Arg('input', () => TranslateIncidentInput, { description: 'The translation.' })
    input: TranslateIncidentInput,
    @Ctx() ctx: WriteContext,
  ): Promise<IncidentPayload> {
    return incidentPayload(ctx, translateIncident(ctx, input));
  }

  @Mutation(() => IncidentPayload, {
    nullable: true,
    description:
      "Gives the verdict of the viewer's nation on the current version. A new verdict replaces the one before, which stays in the history. Refused to the person who reported or last amended the record.",
  })
  @RequiresScope('incident:assess')
  assessIncident(
    @Arg('input', () => AssessIncidentInput, { description: 'The verdict.' }) input: AssessIncidentInput,
    @Ctx() ctx: WriteContext,
  ): Promise<IncidentPayload> {
    return incidentPayload(ctx, assessIncident(ctx, input));
  }

  @Mutation(() => ReleaseIncidentPayload, {
    nullable: true,
    description:
      'Shows a record to a further audience: to the other joint-command nation by its originator, to AZE or PUBLIC with the consent of both heads on the same version. Only a retraction reverses it.',
  })
  @RequiresScope('incident:release')
  releaseIncident(
    @Arg('input', () => ReleaseIncidentInput, { description: 'The release.' }) input: ReleaseIncidentInput,
    @Ctx() ctx: WriteContext,
  ): Promise<ReleaseIncidentPayload> {
    return releasePayload(ctx, releaseIncident(ctx, input));
  }

  @Mutation(() => IncidentPayload, {
    nullable: true,
    description: "Withdraws a record of the viewer's nation permanently. It stays visible as retracted.",
  })
  @RequiresScope('incident:retract')
  retractIncident(
    @Arg('input', () => RetractIncidentInput, { description: 'The retraction.' }) input: RetractIncidentInput,
    @Ctx() ctx: WriteContext,
  ): Promise<IncidentPayload> {
    return incidentPayload(ctx, retractIncident(ctx, input));
  }
}
