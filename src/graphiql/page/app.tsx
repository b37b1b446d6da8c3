import { GraphiQL } from 'graphiql';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { LANGUAGES, type Locale } from '../../domain/locale.js';
import { NATION_LOCALE } from '../../i18n/negotiation.js';
import { EXAMPLES } from '../examples.js';
import type { Setup } from '../setup.js';
import { Bar } from './bar.js';
import { type Finding, openConnection } from './connection.js';
import { EDITOR_THEME } from './editor.js';
import { createLayoutStorage } from './layout-storage.js';
import type { Session } from './session.js';

const FINDING: Record<Finding, string> = {
  'token-refused': 'The server refused the token: it has expired, was revoked, or is not for this server.',
  'schema-withheld':
    'This token may not read the schema, so there is no documentation and no completion. Operations run all the same.',
};

const WELCOME = {
  demo: 'Choose an identity to begin. Each sees only the records it may see.',
  token:
    'Paste an access token to begin. Officers have theirs from their nation’s issuer, integrators from the Centre’s. ' +
    'It is kept in this page’s memory alone and gone when the page closes.',
} as const;

async function refuse(): Promise<never> {
  throw new Error('Not sent: the request has no token yet. See the bar above.');
}

/** The whole page: the bar, a notice, and GraphiQL. GraphiQL is mounted again for every session. */
export function App({ setup }: { setup: Setup }): ReactNode {
  const [session, setSession] = useState<Session | null>(null);
  const [locale, setLocale] = useState<Locale | null>(null);
  const [finding, setFinding] = useState<Finding | null>(null);
  const [storage] = useState(() => createLayoutStorage(localStorage));
  const [examples] = useState(() => EXAMPLES.map((query) => ({ query })));

  const localeNow = useRef<Locale | null>(null);
  localeNow.current = locale;

  const connection = useMemo(() => {
    if (session === null) return null;
    const language = () => (localeNow.current === null ? null : LANGUAGES[localeNow.current].tag);
    return openConnection(session, language, setFinding);
  }, [session]);
  useEffect(() => () => connection?.close(), [connection]);

  function begin(next: Session | null): void {
    setFinding(null);
    setSession(next);
    if (setup.identities === null) return;
    setLocale(next === null ? null : next.nation === null ? 'EN' : NATION_LOCALE[next.nation]);
  }

  const notice =
    finding !== null
      ? FINDING[finding]
      : session === null
        ? WELCOME[setup.identities === null ? 'token' : 'demo']
        : null;

  return (
    <>
      <Bar setup={setup} session={session} onSession={begin} locale={locale} onLocale={setLocale} />
      <p className={`merzili-notice ${finding ?? ''}`} role="status" hidden={notice === null}>
        {notice}
      </p>
      <main className="merzili-workbench">
        <GraphiQL
          key={session?.id ?? 0}
          fetcher={connection?.fetcher ?? refuse}
          schema={session === null ? null : undefined}
          storage={storage}
          defaultTabs={examples}
          defaultEditorToolsVisibility={false}
          isHeadersEditorEnabled={false}
          shouldPersistHeaders={false}
          editorTheme={EDITOR_THEME}
        >
          <GraphiQL.Logo>{null}</GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}
