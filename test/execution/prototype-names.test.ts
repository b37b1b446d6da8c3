import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.js';
import { openTransports, type Transports } from '../support/transports.js';

/** Names that a client may choose, and that every object with a prototype knows. */
const NAMES = Object.getOwnPropertyNames(Object.prototype);

let app: App;
let officer: Transports;
beforeAll(async () => {
  app = await startApp();
  officer = await openTransports(app, app.as('TUR', 'DUTY_OFFICER'));
});
afterAll(async () => {
  officer.end();
  await app.stop();
});

const given = (name: string, value: unknown): object => JSON.parse(`{"${name}":${JSON.stringify(value)}}`);

describe.each(['POST', 'GET', 'SSE', 'WebSocket'] as const)('over %s', (transport) => {
  it.each(NAMES)('%s names a variable, an alias, an operation and a fragment', async (name) => {
    const ask = officer.ask[transport];
    const query = `query ${name}($${name}: Int = 2) { ${name}: incidents(first: $${name}) { ...${name} } }
      fragment ${name} on IncidentConnection { nodes { ${name}: reference version } }`;
    for (const [variables, size] of [
      [{}, 2],
      [given(name, 3), 3],
    ] as const) {
      const { data, extensions } = await ask({ query, variables, operationName: name });
      expect(Object.keys(data)).toEqual([name]);
      const { nodes } = Object.getOwnPropertyDescriptor(data, name)?.value ?? {};
      expect(nodes).toHaveLength(size);
      expect(Object.keys(nodes[0]).sort()).toEqual([...new Set([name, 'version'])].sort());
      expect(extensions.cost.requested).toBe(1 + size);
    }
  });
});

it('the variables of the read path are never spread into an object with a prototype', () => {
  for (const folder of ['execution', 'planner', 'feed']) {
    const directory = new URL(`../../src/${folder}/`, import.meta.url);
    for (const file of readdirSync(directory)) {
      const text = readFileSync(new URL(file, directory), 'utf8');
      expect(text, file).not.toMatch(/\.\.\.(\w+\.)*(variables|variableValues|coerced)\b(?!\.)/);
    }
  }
});
