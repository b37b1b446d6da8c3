import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Nation } from '../../domain/scopes.js';

/** A token that an administrator of its nation revoked. Later tokens with the same `jti` are revoked as well. */
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

  @PrimaryColumn({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  revokedAt!: Date;
}
