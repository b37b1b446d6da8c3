import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import { isLoopback } from './loopback.js';
import { errorMessage } from './thrown.js';

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;

/** All environment variables: what each takes and its purpose. They are read once, at boot, and only here. */
const VARIABLES = z.object({
  /** Address the server listens on. */
  HOST: z.string().min(1, 'takes a host name or an IP address').default('127.0.0.1'),
  /** Port the server listens on; 0 for any free one. */
  PORT: z.coerce
    .number('takes a port number')
    .int('takes a whole port number')
    .min(0, 'takes a port number from 0 to 65535')
    .max(65_535, 'takes a port number from 0 to 65535')
    .default(4000),
  /** Origin of the pages that this server serves, as browsers see it; by default the loopback address and PORT. */
  MERZILI_PUBLIC_URL: z.string().transform(parseOrigin).optional(),
  /** Further origins whose pages may send requests, separated by commas. */
  MERZILI_ALLOWED_ORIGINS: z
    .string()
    .transform((list, context) => list.split(',').map((origin) => parseOrigin(origin.trim(), context)))
    .default([]),
  /** Folder of the embedded database, the demo keys and the database log. */
  MERZILI_DATA_DIR: z.string().min(1, 'takes a folder').default('.merzili'),
  /** Owner's connection to an external PostgreSQL 15 or newer; without it the embedded one is used. */
  DATABASE_URL: z
    .url({
      protocol: /^postgres(ql)?$/,
      error: 'takes a URL such as postgres://owner:password@host:5432/merzili',
    })
    .optional(),
  /** Secret that the passwords of the nations' database roles derive from; by default the owner's password. */
  MERZILI_DATABASE_SECRET: z.string().min(16, 'takes at least 16 characters').optional(),
  /**
   * First part of the names of database roles, so that two installations in one cluster have roles of their own. By
   * default the name of the database. A database that has roles keeps theirs.
   */
  MERZILI_ROLE_PREFIX: z
    .string()
    .regex(
      /^(?!pg_)[a-z_][a-z0-9_]{0,39}$/,
      'takes at most 40 of a-z, 0-9 and _, not a digit first, and not pg_',
    )
    .optional(),
  /** JSON file of trusted issuers; without it the server runs in demo mode, with its own keys. */
  MERZILI_ISSUERS: z.string().min(1, 'takes the path of a JSON file').optional(),
  /** `on` lets demo mode listen on an address that other machines reach. */
  MERZILI_DEMO: z.literal('on', 'takes on, or nothing').optional(),
  /** Manifest of trusted documents, from GraphQL codegen or Apollo tools. All other documents are rejected. */
  MERZILI_TRUSTED_DOCUMENTS: z.string().min(1, 'takes the path of a JSON file').optional(),
  /** Maximum cost of one operation: one for each object it can answer, and 2,000 for each mutation. */
  MERZILI_COST_CEILING: costNumber(50_000),
  /** Cost that the subject of a token may use at once. Default: what it regains in a minute. */
  MERZILI_COST_BUDGET: costNumber(60_000_000),
  /** Cost that a subject regains each second. Default: what heavy statements use on one connection. */
  MERZILI_COST_RESTORE_RATE: costNumber(1_000_000),
  /**
   * Separate port for metrics at /metrics, on the same address; 0 for any free one. Without it there are no metrics.
   */
  MERZILI_METRICS_PORT: z.coerce
    .number('takes a port number')
    .int('takes a whole port number')
    .min(0, 'takes a port number from 0 to 65535')
    .max(65_535, 'takes a port number from 0 to 65535')
    .optional(),
  /** OpenTelemetry collector for traces, over HTTP; without it the exporter is not loaded. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url('takes a URL such as http://127.0.0.1:4318').optional(),
  /** Command that starts Chromium, for PDF reports. Without it, the usual names are searched on PATH. */
  MERZILI_CHROMIUM: z.string().min(1, 'takes a command or its path').optional(),
  /** Log level. */
  MERZILI_LOG_LEVEL: z.enum(LOG_LEVELS, `takes one of ${LOG_LEVELS.join(', ')}`).default('info'),
  /** In production, introspection needs a scope, and demo mode is not allowed. */
  NODE_ENV: z.string().optional(),
});

/** An origin as browsers send it, so that both can be compared as text. */
function parseOrigin(value: string, context: z.RefinementCtx): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url !== null && isWeb && url.origin === value && !value.includes('*')) return value;
  const hint =
    url !== null && isWeb && url.origin !== value
      ? `write ${url.origin}`
      : 'each begins with https:// or http://';
  context.addIssue({
    code: 'custom',
    message: `takes origins such as https://record.example.org, without path or slash at the end; "${value}" is none: ${hint}`,
  });
  return z.NEVER;
}

function costNumber(byDefault: number) {
  return z.coerce
    .number('takes a number of units of cost')
    .int('takes a whole number of units of cost')
    .min(1, 'takes a number of units of cost, 1 or more')
    .max(1e12, 'takes at most 1000000000000 units of cost')
    .default(byDefault);
}

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Origin of the pages that this server serves; null for the loopback address and port. */
  readonly publicUrl: string | null;
  /** Further origins whose pages may send requests. */
  readonly allowedOrigins: readonly string[];
  readonly dataDir: string;
  /** Owner's connection and secret of an external database, or null for the embedded one. */
  readonly database: { readonly ownerUrl: string; readonly secret: string } | null;
  /** First part of the names of database roles; null for the default. */
  readonly rolePrefix: string | null;
  readonly issuersFile: string | null;
  readonly trustedDocumentsFile: string | null;
  readonly cost: { readonly ceiling: number; readonly budget: number; readonly restoreRate: number };
  readonly metricsPort: number | null;
  readonly tracesEndpoint: string | null;
  readonly chromium: string | null;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly isProduction: boolean;
}

/** An invalid variable. The message names it and what it takes. */
export class ConfigError extends Error {}

/** Awaits work that depends on a variable. If it fails, the error names the variable. */
export async function withConfigContext<T>(variable: string, outcome: Promise<T>): Promise<T> {
  try {
    return await outcome;
  } catch (error) {
    throw new Error(`${variable}: ${errorMessage(error)}`, { cause: error });
  }
}

/** Reads the configuration from environment variables; empty ones count as absent. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  for (const variable of Object.keys(VARIABLES.shape)) {
    // Node replaces bytes that are not UTF-8.
    if (present[variable]?.includes('\ufffd')) throw new ConfigError(`${variable} takes text in UTF-8`);
  }
  const result = VARIABLES.safeParse(present);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    throw new ConfigError(problems.join('\n'));
  }
  const variables = result.data;
  const isProduction = variables.NODE_ENV === 'production';
  if (isProduction && variables.MERZILI_ISSUERS === undefined) {
    throw new ConfigError(
      'MERZILI_ISSUERS takes the path of a JSON file of trusted issuers; demo mode does not run with NODE_ENV=production',
    );
  }
  return {
    host: variables.HOST,
    port: variables.PORT,
    publicUrl: variables.MERZILI_PUBLIC_URL ?? null,
    allowedOrigins: variables.MERZILI_ALLOWED_ORIGINS,
    dataDir: resolve(variables.MERZILI_DATA_DIR),
    database: variables.DATABASE_URL
      ? {
          ownerUrl: variables.DATABASE_URL,
          secret: secretFor(variables.DATABASE_URL, variables.MERZILI_DATABASE_SECRET),
        }
      : null,
    rolePrefix: variables.MERZILI_ROLE_PREFIX ?? null,
    issuersFile: variables.MERZILI_ISSUERS ? resolve(variables.MERZILI_ISSUERS) : null,
    trustedDocumentsFile: variables.MERZILI_TRUSTED_DOCUMENTS
      ? resolve(variables.MERZILI_TRUSTED_DOCUMENTS)
      : null,
    cost: {
      ceiling: variables.MERZILI_COST_CEILING,
      budget: variables.MERZILI_COST_BUDGET,
      restoreRate: variables.MERZILI_COST_RESTORE_RATE,
    },
    metricsPort: variables.MERZILI_METRICS_PORT ?? null,
    tracesEndpoint: variables.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    chromium: variables.MERZILI_CHROMIUM ?? null,
    logLevel: variables.MERZILI_LOG_LEVEL,
    isProduction,
  };
}

/**
 * Reads the configuration of a server that listens. Whoever reaches a server in demo mode may have any token: its
 * address has to be this machine's alone, unless MERZILI_DEMO is `on`.
 */
export function readServerConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const config = readConfig(environment);
  if (config.issuersFile === null && environment.MERZILI_DEMO !== 'on' && !isLoopback(config.host)) {
    throw new ConfigError(
      `HOST takes 127.0.0.1, ::1 or localhost in demo mode, not ${config.host}: set MERZILI_ISSUERS, or MERZILI_DEMO=on to listen there all the same`,
    );
  }
  return config;
}

function secretFor(databaseUrl: string, secret: string | undefined): string {
  if (secret !== undefined) return secret;
  const password = ownerPassword(databaseUrl);
  if (password === '') {
    throw new ConfigError(
      'MERZILI_DATABASE_SECRET takes at least 16 characters, since DATABASE_URL has no password',
    );
  }
  return createHash('sha256').update(`merzili roles ${password}`).digest('hex');
}

/** A `password` parameter overrides the password before the host, as pg does. */
function ownerPassword(databaseUrl: string): string {
  const { password, searchParams } = new URL(databaseUrl);
  return searchParams.get('password') || decodeURIComponent(password);
}
