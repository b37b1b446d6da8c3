import { Param } from './sql.js';

/** Name under which the viewer's identity travels beside the request's variables; no variable can have it. */
export const IDENTITY_KEY = '#identity';

/** Issuer and subject of the viewer, bound when the statement runs. */
export const VIEWER_IDENTITY = new Param('text', (variables) => variables[IDENTITY_KEY]);
