import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CIRCULAR_INTROSPECTION, LIMITED, SLOW, TOO_DEAR } from '../demand/hostile-documents.js';
import { WRONG } from '../demand/wrong-documents.js';
import { type App, type Caller, startApp } from '../support/app.js';
import { startCpuTime } from '../support/cpu-time.js';
import { type Message, type RawSocket, rawSocket, stream } from '../support/event-clients.js';

let app: App;
const sockets = new Map<Caller, RawSocket>();
let officer: Caller;
let integrator: Caller;

beforeAll(async () => {
  app = await startApp({ config: { isProduction: true } });
  officer = app.as('RUS', 'LIAISON_OFFICER', { locale: 'RU' });
  integrator = app.as(null, 'INTEGRATOR');
  for (const caller of [officer, integrator]) {
    const socket = await rawSocket(app.url);
    sockets.set(caller, socket);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${caller.token}` } });
    while (socket.received.length === 0) await delay(5);
  }
});
afterAll(async () => {
  for (const { socket } of sockets.values()) socket.terminate();
  await app.stop();
});

type Variables = Record<string, unknown>;
type Ask = (caller: Caller, query: string, variables: Variables) => Promise<Message>;

let lastId = 0;

const TRANSPORTS: Readonly<Record<string, Ask>> = {
  HTTP: async (caller, query, variables) => JSON.parse((await caller.query(query, variables)).text),
  SSE: async ({ token }, query, variables) => {
    const sse = await stream(app.url, token, { query, variables });
    const [message = {}] = await sse.until(1);
    sse.abort();
    return message;
  },
  WebSocket: async (caller, query, variables) => {
    const socket = sockets.get(caller);
    if (!socket) throw new Error('no socket');
    lastId += 1;
    const id = String(lastId);
    socket.send({ type: 'subscribe', id, payload: { query, variables } });
    const isAnswer = (message: Record<string, unknown>): boolean =>
      message.id === id && (message.type === 'next' || message.type === 'error');
    while (!socket.received.some(isAnswer)) await delay(1);
    const { type, payload } = socket.received.find(isAnswer) ?? {};
    return type === 'error' ? { errors: payload as Message['errors'] } : (payload as Message);
  },
};

/** The answers of all transports, each asked three times; the shortest time of each. */
async function everywhere(caller: Caller, query: string, variables: Variables = {}) {
  const answers: [string, Message, number][] = [];
  for (const [name, ask] of Object.entries(TRANSPORTS)) {
    let took = Number.POSITIVE_INFINITY;
    let answer: Message = {};
    for (let round = 0; round < 3; round += 1) {
      const cpuTime = startCpuTime();
      // A text of its own each time, so that none has been seen before; commas are blanks.
      answer = await ask(caller, `${','.repeat(answers.length * 3 + round)}${query}`, variables);
      took = Math.min(took, cpuTime());
    }
    answers.push([name, answer, took]);
  }
  return answers;
}

/** What has to be equal; places move with the commas. */
function comparable({ errors, data, extensions }: Message): object {
  return {
    errors: errors?.map(({ message, path, extensions: { id: _id, ...rest } }) => ({ message, path, rest })),
    data,
    cost: extensions && [extensions.cost.requested, extensions.cost.actual],
  };
}

async function expectOneAnswer(caller: Caller, query: string, variables: Variables = {}): Promise<Message> {
  const answers = await everywhere(caller, query, variables);
  const [first] = answers;
  for (const [name, answer, took] of answers) {
    expect([name, comparable(answer)]).toEqual([name, comparable(first?.[1] ?? {})]);
    if (answer.errors) expect([name, took < 100]).toEqual([name, true]);
  }
  return first?.[1] ?? {};
}

const codesOf = ({ errors = [] }: Message): unknown[] => errors.map(({ extensions }) => extensions.code);

describe('HTTP, event streams and sockets answer the same, and refuse within 100 ms', () => {
  it.each(LIMITED)('beyond the limit of %s', async (limit, beyond, _within, maximum) => {
    const { errors } = await expectOneAnswer(officer, beyond);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'LIMIT_EXCEEDED', limit, maximum }]);
  });

  it.each(LIMITED)('within the limit of %s', async (_limit, _beyond, within) => {
    const { errors, data } = await expectOneAnswer(officer, within);
    expect(errors).toBeUndefined();
    expect(data).toBeInstanceOf(Object);
  });

  it.each(SLOW)('%s', async (_name, document) => {
    await expectOneAnswer(officer, document);
  });

  it('above the ceiling of cost', async () => {
    const { errors } = await expectOneAnswer(officer, TOO_DEAR);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'cost' });
  });

  it('introspection, in circles and at all', async () => {
    expect(codesOf(await expectOneAnswer(integrator, CIRCULAR_INTROSPECTION))).toEqual(['LIMIT_EXCEEDED']);
    expect(codesOf(await expectOneAnswer(officer, '{ __schema { queryType { name } } }'))).toEqual([
      'FORBIDDEN',
    ]);
    const { data } = await expectOneAnswer(integrator, '{ __schema { queryType { name } } }');
    expect(data).toEqual({ __schema: { queryType: { name: 'Query' } } });
  });

  it.each(WRONG)(
    'a wrong %s, with and without sight of the schema',
    async (_name, document, variables, telling) => {
      const { errors = [] } = await expectOneAnswer(officer, document, variables);
      expect(errors.length).toBeGreaterThan(0);
      for (const { message, extensions } of errors)
        expect(`${message}${JSON.stringify(extensions)}`).not.toMatch(telling);
      await expectOneAnswer(integrator, document, variables);
    },
  );

  it.each([
    ['what does not parse', '{ incidents {'],
    ['no operation', 'fragment F on Query { __typename }'],
    ['several operations', 'query A { __typename } query B { __typename }'],
    ['first: 0', '{ incidents(first: 0) { totalCount } }'],
    ['first: 101', '{ incidents(first: 101) { totalCount } }'],
    ['a cursor that is none', '{ incidents(after: "x") { totalCount } }'],
    ['what does not exist', '{ incident(reference: "TUR-2021-000000") { title { text } } }'],
    ['what exists', '{ incidents(first: 3) { totalCount nodes { reference title { text locale } } } }'],
  ])('%s', async (_name, document) => {
    await expectOneAnswer(officer, document);
  });

  it('fields and mutations that are not the viewer’s', async () => {
    const mutation =
      'mutation { assessProvision(input: { code: "x", status: FULL }) { userErrors { code } } }';
    for (const [caller, document, scope] of [
      [officer, mutation, 'provision:assess'],
      [integrator, mutation, 'provision:assess'],
    ] as const) {
      const { errors } = await expectOneAnswer(caller, document);
      expect(errors?.map(({ extensions }) => extensions)).toMatchObject([{ code: 'FORBIDDEN', scope }]);
    }
    const { data, errors } = await expectOneAnswer(
      integrator,
      '{ incidents(first: 11) { nodes { position { latitude } } } }',
    );
    expect([errors, data.incidents.nodes]).toEqual([undefined, Array(11).fill({ position: null })]);
  });

  it('an error of ours: a fixed message, a code and an id, and nothing of where it was', async () => {
    await app.sql('alter table party rename to party_gone');
    try {
      const { errors } = await expectOneAnswer(officer, '{ parties { code name } }');
      expect(errors?.[0]?.extensions).toEqual({
        code: 'INTERNAL_SERVER_ERROR',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(JSON.stringify(errors)).not.toMatch(/party|select|relation|42P01|\.[jt]s\b/);
    } finally {
      await app.sql('alter table party_gone rename to party');
    }
  });
});

describe('subscriptions are limited like queries, before anything is followed', () => {
  const deep = `place ${'{ parent '.repeat(10)} { code } ${'}'.repeat(10)}`;

  it.each([
    ['depth', `subscription { incidentEvents { incident { ${deep} } } }`],
    ['fields', `subscription { incidentEvents { ${'kind '.repeat(201)} } }`],
    ['tokens', `subscription { incidentEvents { ${'kind '.repeat(1_001)} } }`],
    ['directives', `subscription { incidentEvents { kind ${'@aa '.repeat(9)} } }`],
  ])('%s', async (limit, document) => {
    const { errors } = await expectOneAnswer(officer, document);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit });
  });

  it('and masked like them', async () => {
    const { errors = [] } = await expectOneAnswer(officer, 'subscription { incidentEvents { knid } }');
    expect(errors[0]?.message).not.toMatch(/kind|IncidentEvent/);
  });
});
