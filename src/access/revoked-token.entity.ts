import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Nation } from './scopes.js';

/** A token that its nation's administrator has revoked. */
@Entity('revoked_token')
export class RevokedToken {
  @PrimaryColumn('text')
  nation!: Nation;

  /** `jti` of the token. */
  @PrimaryColumn('text')
  tokenId!: string;

  /** Issuer and subject of the administrator. */
  @Column('text')
  revokedBy!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  revokedAt!: Date;
}
