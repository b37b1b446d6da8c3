import { Column } from 'typeorm';

/** A name in all four languages; columns <prefix>_tr, _ru, _az and _en. */
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

/** As {@link LocalNames}, where there may be no name at all. */
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
