/** Variable that holds the keys of the events to read. No GraphQL variable can have this name. */
export const EVENT_KEYS = '#events';
