import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Viewer } from '../auth/viewer.js';
import { ERROR_STATUS, type ErrorCode } from '../common/errors.js';
import {
  type AnsweredRequest,
  answeredRequest,
  newRecord,
  type RequestRecord,
} from '../context/request-record.js';
import { translator } from '../i18n/labels.js';

/** On every answer: it is data, for its client alone, and no page. */
export const SECURITY_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** An error that ends a request before its document is parsed. Its status is that of the code unless stated. */
export interface ErrorResponse {
  readonly code: ErrorCode;
  /** Catalog key under `errors`, when one code has several messages. */
  readonly reason?: string;
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
  /** Answers with an error. Its message is in English, because the language is not negotiated yet. */
  refuse(error: ErrorResponse): void;
  /** Reports how it ended to log and metrics. */
  end(status: number): void;
}

export function startHandling(
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
      sendJson(response, status, errorBody(error), { ...headers, 'X-Request-Id': handling.requestId });
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

function errorBody({ code, reason = code, extensions }: ErrorResponse): object {
  const message = translator('EN')(`errors.${reason}`);
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
