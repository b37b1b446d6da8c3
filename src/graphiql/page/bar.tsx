import { type FormEvent, type ReactNode, useState } from 'react';
import { LANGUAGES, LOCALES, type Locale } from '../../domain/locale.js';
import type { Setup } from '../setup.js';
import { type Session, startDemoSession, startPastedSession } from './session.js';

const LANGUAGE_NAME: Record<Locale, string> = {
  TR: 'Türkçe',
  RU: 'Русский',
  AZ: 'Azərbaycanca',
  EN: 'English',
};

function DemoPicker({
  identities,
  onSession,
}: {
  identities: NonNullable<Setup['identities']>;
  onSession: (session: Session | null) => void;
}): ReactNode {
  return (
    <label className="merzili-field">
      <span>Act as</span>
      <select
        defaultValue=""
        onChange={({ currentTarget: { value } }) => {
          const identity = value === '' ? undefined : identities[Number(value)];
          onSession(identity ? startDemoSession(Number(value), identity.nation) : null);
        }}
      >
        <option value="">Choose an identity…</option>
        {identities.map(({ label }, index) => (
          <option key={label} value={index}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function TokenField({
  session,
  onSession,
}: {
  session: Session | null;
  onSession: (session: Session | null) => void;
}): ReactNode {
  const [malformed, setMalformed] = useState(false);

  function take(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const field = event.currentTarget.elements.namedItem('token');
    if (!(field instanceof HTMLInputElement)) return;
    const started = startPastedSession(field.value);
    setMalformed(started === null);
    if (started !== null) onSession(started);
  }

  if (session !== null) {
    return (
      <div className="merzili-field">
        <span>
          {session.expiresAt === null
            ? 'Token in use'
            : `Token in use until ${session.expiresAt.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}`}
        </span>
        <button type="button" onClick={() => onSession(null)}>
          Forget it
        </button>
      </div>
    );
  }
  return (
    <form className="merzili-field" onSubmit={take}>
      <label htmlFor="token">Access token</label>
      <input
        id="token"
        name="token"
        type="text"
        className="merzili-token"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        required
        placeholder="eyJ…"
        aria-invalid={malformed}
        aria-describedby={malformed ? 'token-malformed' : undefined}
      />
      <button type="submit">Use</button>
      {malformed && (
        <span id="token-malformed" role="alert" className="merzili-malformed">
          A token is three parts joined by dots.
        </span>
      )}
    </form>
  );
}

/** The bar above GraphiQL: identity and language. If `locale` is null the browser decides the language. */
export function Bar({
  setup,
  session,
  onSession,
  locale,
  onLocale,
}: {
  setup: Setup;
  session: Session | null;
  onSession: (session: Session | null) => void;
  locale: Locale | null;
  onLocale: (locale: Locale | null) => void;
}): ReactNode {
  return (
    <header className="merzili-bar">
      <h1>
        Merzili <small>GraphQL API of the Joint Monitoring Centre</small>
      </h1>
      {setup.identities === null ? (
        <TokenField session={session} onSession={onSession} />
      ) : (
        <DemoPicker identities={setup.identities} onSession={onSession} />
      )}
      <label className="merzili-field">
        <span>Language</span>
        <select
          value={locale ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onLocale(LOCALES.find((candidate) => candidate === value) ?? null)
          }
        >
          <option value="">As the browser</option>
          {LOCALES.map((option) => (
            <option key={option} value={option} lang={LANGUAGES[option].tag}>
              {LANGUAGE_NAME[option]}
            </option>
          ))}
        </select>
      </label>
    </header>
  );
}
