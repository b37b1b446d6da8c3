/** Name under which the keys of the events to read travel beside the variables; no GraphQL variable can have it. */
export const EVENT_KEYS = '#events';
