import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Nation } from '../../domain/scopes.js';

/** That a nation's administrator has revoked a token: once more if its `jti` comes back later. */
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

  @PrimaryColumn({ type: 'timestamptz', precision: 3 })
  revokedAt!: Date;
}
