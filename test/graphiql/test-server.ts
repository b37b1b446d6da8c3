import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { useServer as serveSockets } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { bundleGraphiql } from '../../src/graphiql/bundle.js';
import { graphiqlHandler } from '../../src/graphiql/graphiql.js';
import type { Identity } from '../../src/graphiql/identity.js';
import { answerStubQuery, SCHEMA, type StubViewer } from './stub-api.js';

export const ASSETS_DIR = join(import.meta.dirname, '../../dist/graphiql');

export const IDENTITIES: readonly Identity[] = [
  { label: 'Turkish liaison officer', nation: 'TUR', role: 'LIAISON_OFFICER' },
  { label: 'Russian liaison officer', nation: 'RUS', role: 'LIAISON_OFFICER' },
  { label: 'Azerbaijani liaison officer', nation: 'AZE', role: 'LIAISON_OFFICER' },
  { label: 'Integrator', nation: null, role: 'INTEGRATOR' },
];

const requestSchema = z.object({ query: z.string(), operationName: z.string().nullish() });

export interface TestServer {
  readonly url: string;
  /** Every token the demo has handed out, oldest first. */
  readonly minted: readonly string[];
  /** What `connection_init` of each socket said, oldest first. */
  readonly greetings: readonly unknown[];
  /** A token the server takes, for a page that is not the demo. */
  readonly ownToken: string;
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly demo: boolean;
  /** How long demo tokens are good for, in seconds. */
  readonly tokenSeconds?: number;
  /** Whether the schema may be read. */
  readonly introspection?: boolean;
}

async function textOf(req: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of req.setEncoding('utf8')) text += chunk;
  return text;
}

/** A server with GraphiQL and an API behind it; what the browser tests know of the API is this function. */
export async function startTestServer({
  demo,
  tokenSeconds = 3600,
  introspection = true,
}: TestServerOptions): Promise<TestServer> {
  await bundleGraphiql(ASSETS_DIR);
  const viewers = new Map<string, StubViewer>();
  const minted: string[] = [];
  const ownToken = 'own.token.000';
  viewers.set(ownToken, { subject: 'own', nation: 'RUS', role: 'DUTY_OFFICER' });

  const graphiql = graphiqlHandler(
    demo
      ? {
          assetsDir: ASSETS_DIR,
          demo,
          identities: IDENTITIES,
          mint: ({ nation, role }) => {
            const token = `demo.${nation ?? 'CENTRE'}.${minted.length}`;
            minted.push(token);
            viewers.set(token, { subject: 'demo', nation, role });
            return { token, expiresAt: new Date(Date.now() + tokenSeconds * 1000) };
          },
        }
      : { assetsDir: ASSETS_DIR, demo },
  );

  const server = createServer(async (req, res) => {
    if (graphiql(req, res)) return;
    const viewer = viewers.get((req.headers.authorization ?? '').replace(/^Bearer /, ''));
    const answer = viewer
      ? await answerStubQuery(
          requestSchema.parse(JSON.parse(await textOf(req))),
          viewer,
          req.headers['accept-language'],
          introspection,
        )
      : { errors: [{ message: 'Unauthenticated.', extensions: { code: 'UNAUTHENTICATED' } }] };
    res.writeHead(viewer ? 200 : 401, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(answer));
  });
  const greetings: unknown[] = [];
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  serveSockets(
    {
      schema: SCHEMA,
      onConnect: ({ connectionParams }) => {
        greetings.push(connectionParams);
        return viewers.has(String(connectionParams?.authorization).replace(/^Bearer /, ''));
      },
      roots: {
        subscription: {
          async *incidentEvents() {
            yield { incidentEvents: { cursor: '1', kind: 'REPORTED' } };
          },
        },
      },
    },
    sockets,
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    minted,
    greetings,
    ownToken,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets.clients) socket.terminate();
        server.closeAllConnections();
      }),
  };
}
