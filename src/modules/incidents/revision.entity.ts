import { Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Nation } from '../../domain/scopes.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { DateTimeScalar } from '../../graphql-types/scalars.js';
import { OfIncidentVersion } from './read/of-incident.js';

@ObjectType({ description: 'One version of an incident. Versions are never deleted.' })
@Entity('revision')
export class Revision {
  @PrimaryColumn('uuid')
  incidentKey!: string;

  @Field(() => Int, { description: 'The version, from 1.' })
  @PrimaryColumn('integer')
  version!: number;

  /** Who sees this version, as bits; written by the database: those who saw it when it was current. */
  @Column('smallint')
  audience!: number;

  @OfIncidentVersion()
  incident?: object;

  @Field(() => DateTimeScalar, { description: 'When this version came to be.' })
  @Column({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  changedAt!: Date;

  @Field(() => ENUMS.Nation, { description: 'The nation that made it.' })
  @Column('text')
  changedBy!: Nation;

  @Field(() => [String], {
    description:
      'Names of the fields that changed since the version before; empty for the first version that was released to the viewer.',
  })
  @Column('text', { array: true })
  changes!: string[];

  @Field(() => String, {
    description:
      'SHA-256 over the canonical content of this version, all languages included, in hex; without the position for those who may not see it.',
  })
  @Column('text')
  contentHash!: string;

  /** The hash of the content without its position, derived by the database. */
  @Column({ type: 'text', insert: false, update: false })
  openHash!: string;

  /** The canonical content itself: JSON canonicalised by RFC 8785. */
  @Column('text')
  content!: string;
}
