import { totalmem } from 'node:os';

const MB = 1024 * 1024;

/** Bytes of memory this process may use: of the machine, or of the container. */
export function availableMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

/** PostgreSQL settings for a server that shares a machine of `memory` bytes with the API process. */
export function settingsFor(memory: number): Record<string, string> {
  const share = (part: number, least: number, most: number) =>
    `${Math.round(Math.min(Math.max(memory / part / MB, least), most))}MB`;
  return {
    shared_buffers: share(8, 64, 8192),
    effective_cache_size: share(2, 128, 1024 * 1024),
    work_mem: share(256, 4, 32),
    maintenance_work_mem: share(32, 32, 256),
    max_connections: '100',
    min_wal_size: '80MB',
    max_wal_size: '1GB',
    wal_compression: 'on',
    checkpoint_timeout: '15min',
    // Durability settings are explicit, with the defaults of PostgreSQL.
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    // For solid-state disks, and for queries too short to benefit from compilation.
    random_page_cost: '1.1',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_line_prefix: '%m [%p] %q%u@%d ',
    // A statement of ours has up to half a megabyte, and parameters hold texts of the record: errors stand alone.
    log_min_error_statement: 'panic',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    logging_collector: 'off',
    log_destination: 'stderr',
    password_encryption: 'scram-sha-256',
    cluster_name: 'merzili',
  };
}
