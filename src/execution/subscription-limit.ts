import { CodedError } from '../common/errors.js';

/** Maximum number of open subscriptions of a subject in one process. */
const MAX_SUBSCRIPTIONS = 1_024;

/** Counts the open subscriptions of each subject. */
interface SubscriptionLimit {
  /** Throws LIMIT_EXCEEDED if the subject has reached the maximum. */
  check(subject: string): void;
  add(subject: string): void;
  remove(subject: string): void;
}

export function createSubscriptionLimit(): SubscriptionLimit {
  const counts = new Map<string, number>();
  return {
    check(subject) {
      if ((counts.get(subject) ?? 0) < MAX_SUBSCRIPTIONS) return;
      throw new CodedError('LIMIT_EXCEEDED', {
        reason: 'LIMIT_SUBSCRIPTIONS',
        variables: { maximum: MAX_SUBSCRIPTIONS },
        extensions: { limit: 'subscriptions', maximum: MAX_SUBSCRIPTIONS },
      });
    },
    add(subject) {
      counts.set(subject, (counts.get(subject) ?? 0) + 1);
    },
    remove(subject) {
      const left = (counts.get(subject) ?? 1) - 1;
      if (left > 0) counts.set(subject, left);
      else counts.delete(subject);
    },
  };
}
