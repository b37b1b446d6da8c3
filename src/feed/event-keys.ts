/** Key among a statement's variables for the events to read; no GraphQL variable can have this name. */
export const EVENT_KEYS = '#events';
