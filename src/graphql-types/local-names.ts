import { Column } from 'typeorm';

/** A name in each language; columns <prefix>_tr, _ru, _az and _en. */
export class LocalNames {
  @Column('text')
  tr!: string;

  @Column('text')
  ru!: string;

  @Column('text')
  az!: string;

  @Column('text')
  en!: string;
}

/** Like {@link LocalNames}, for rows that may have no name. */
export class OptionalLocalNames {
  @Column('text', { nullable: true })
  tr!: string | null;

  @Column('text', { nullable: true })
  ru!: string | null;

  @Column('text', { nullable: true })
  az!: string | null;

  @Column('text', { nullable: true })
  en!: string | null;
}
