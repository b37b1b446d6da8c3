import { createRecord } from './0001-create-record.js';
import { separateAudiences } from './0002-separate-audiences.js';
import { guardWrites } from './0003-guard-writes.js';
import { createSearch } from './0004-create-search.js';
import { aggregateIncidents } from './0005-aggregate-incidents.js';
import { orderEvents } from './0006-order-events.js';
import { supportOperations } from './0007-support-operations.js';
import { limitRoles } from './0008-limit-roles.js';
import { hideVersions } from './0009-hide-versions.js';
import { boundCasualties } from './0010-bound-casualties.js';
import { stampAssessments } from './0011-stamp-assessments.js';
import { identifyInstallation } from './0012-identify-installation.js';
import { batchChecks } from './0013-batch-checks.js';
import { rememberFrozenKeys } from './0014-remember-frozen-keys.js';
import { requireSearchWords } from './0015-require-search-words.js';
import type { Migration } from './migration.js';

/** Every migration, in order. */
export const MIGRATIONS: readonly Migration[] = [
  createRecord,
  separateAudiences,
  guardWrites,
  createSearch,
  aggregateIncidents,
  orderEvents,
  supportOperations,
  limitRoles,
  hideVersions,
  boundCasualties,
  stampAssessments,
  identifyInstallation,
  batchChecks,
  rememberFrozenKeys,
  requireSearchWords,
];
