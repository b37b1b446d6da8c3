import { Param } from './sql.js';

/** Name of the variable that holds the identity of the viewer. No variable of a client can have this name. */
export const IDENTITY_KEY = '#identity';

/** Issuer and subject of the viewer, bound when the statement runs. */
export const VIEWER_IDENTITY = new Param('text', (variables) => variables[IDENTITY_KEY]);
