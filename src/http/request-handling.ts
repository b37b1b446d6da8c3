import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from '../auth/viewer.js';
import { ERROR_STATUS, type ErrorCode } from '../common/errors.js';
import {
  type AnsweredRequest,
  answeredRequest,
  newRecord,
  type RequestRecord,
} from '../context/request-record.js';
import { LANGUAGES, type Locale } from '../domain/locale.js';
import { translator } from '../i18n/labels.js';
import { requestLocale } from '../i18n/negotiation.js';
import { discardRest } from './request-body.js';

/** On every answer: it is data, for its client alone, and no page. */
export const SECURITY_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** What an answer at /graphql depends on besides its target and its body. */
export const VARY = 'Accept, Accept-Language, Authorization, Origin';

/** An error that ends a request before its document is parsed. Its status is that of the code unless stated. */
export interface ErrorResponse {
  readonly code: ErrorCode;
  /** Catalog key under `errors`, when one code has several messages. */
  readonly reason?: string;
  /** Variables of the message. */
  readonly variables?: Readonly<Record<string, string | number>>;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request from its arrival to its answer. */
export interface RequestHandling {
  readonly requestId: string;
  readonly record: RequestRecord;
  /** Null until the token has verified. */
  viewer: Viewer | null;
  /** Answers with an error, in the language of the viewer or, before there is one, of Accept-Language. */
  refuse(error: ErrorResponse): void;
  /** Reports how it ended to log and metrics. */
  end(status: number): void;
}

export function startHandling(
  request: IncomingMessage,
  response: ServerResponse,
  onAnswer: (request: AnsweredRequest) => void,
): RequestHandling {
  const startedAt = performance.now();
  const handling: RequestHandling = {
    requestId: randomUUID(),
    record: newRecord(),
    viewer: null,
    refuse(error) {
      const { code, status = ERROR_STATUS[code], headers = {} } = error;
      if (response.headersSent) return void response.destroy();
      const locale = localeFor(request, handling.viewer);
      sendJson(response, status, errorBody(error, locale), {
        ...headers,
        'Content-Language': LANGUAGES[locale].tag,
        Vary: VARY,
        'X-Request-Id': handling.requestId,
      });
      discardRest(request);
      handling.record.codes = [code];
      handling.end(status);
    },
    end(status) {
      const { requestId, viewer, record } = handling;
      const durationMs = performance.now() - startedAt;
      onAnswer(answeredRequest(record, requestId, viewer, status, durationMs));
    },
  };
  return handling;
}

function localeFor({ headers }: IncomingMessage, viewer: Viewer | null): Locale {
  const { locale: claim = null, nation = null } = viewer ?? {};
  return requestLocale({ claim, acceptLanguage: headers['accept-language'], nation });
}

function errorBody(
  { code, reason = code, variables = {}, extensions }: ErrorResponse,
  locale: Locale,
): object {
  const message = translator(locale)(`errors.${reason}`, variables);
  return { errors: [{ message, extensions: { ...extensions, code } }] };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const payload = Buffer.from(JSON.stringify(body));
  response
    .writeHead(status, {
      ...SECURITY_HEADERS,
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': String(payload.length),
      ...headers,
    })
    .end(payload);
}
