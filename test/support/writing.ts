import { randomUUID } from 'node:crypto';
import type { Nation, Role } from '../../src/domain/scopes.js';
import type { Answer, App, Caller } from './app.js';

/** A report that nothing is wrong with; what is given replaces its parts. */
export function aReport(overrides: object = {}): Record<string, unknown> {
  return {
    idempotencyKey: randomUUID(),
    category: 'SMALL_ARMS_FIRE',
    occurredFrom: '2021-08-11T17:50:00Z',
    title: { locale: 'TR', text: 'Hafif silah ateşi duyuldu' },
    ...overrides,
  };
}

export const INCIDENT = `
  id reference version originator status releasedTo viewerActions
  assessments { nation verdict version contentHash }
  revisions { version changedBy changes contentHash }`;
const PAYLOAD = `incident { ${INCIDENT} } userErrors { code field message }`;

export const REPORT = `mutation ($input: ReportIncidentInput!) { result: reportIncident(input: $input) { ${PAYLOAD} warnings { code field message } } }`;
export const AMEND = `mutation ($input: AmendIncidentInput!) { result: amendIncident(input: $input) { ${PAYLOAD} } }`;
export const TRANSLATE = `mutation ($input: TranslateIncidentInput!) { result: translateIncident(input: $input) { ${PAYLOAD} } }`;
export const ASSESS = `mutation ($input: AssessIncidentInput!) { result: assessIncident(input: $input) { ${PAYLOAD} } }`;
export const RELEASE = `mutation ($input: ReleaseIncidentInput!) { result: releaseIncident(input: $input) { isEffective ${PAYLOAD} } }`;
export const RETRACT = `mutation ($input: RetractIncidentInput!) { result: retractIncident(input: $input) { ${PAYLOAD} } }`;

export interface IncidentAnswer {
  id: string;
  reference: string;
  version: number;
  originator: Nation;
  status: string;
  releasedTo: string[] | null;
  viewerActions: string[];
  assessments: { nation: Nation; verdict: string; version: number; contentHash: string }[];
  revisions: { version: number; changedBy: Nation; changes: string[]; contentHash: string }[];
}

export interface Result {
  incident: IncidentAnswer | null;
  isEffective?: boolean;
  userErrors: { code: string; field: string[]; message: string }[];
}

/** Runs a mutation aliased `result` that has to get as far as a payload. */
export async function run(caller: Caller, document: string, input: object): Promise<Result> {
  const { data, errors } = await caller.query(document, { input });
  if (!data?.result) throw new Error(`no payload: ${JSON.stringify(errors)}`);
  return data.result;
}

/** Runs a mutation that has to go well, and answers the incident. */
export async function succeed(caller: Caller, document: string, input: object): Promise<IncidentAnswer> {
  const { incident, userErrors } = await run(caller, document, input);
  if (!incident) throw new Error(`refused: ${JSON.stringify(userErrors)}`);
  return incident;
}

/** Codes of what is wrong. */
export async function codes(caller: Caller, document: string, input: object): Promise<string[]> {
  return (await run(caller, document, input)).userErrors.map(({ code }) => code);
}

export function codesOf({ errors }: Answer): unknown[] {
  return errors.map(({ extensions }) => extensions.code);
}

export const at = ({
  id,
  version,
}: Pick<IncidentAnswer, 'id' | 'version'>): { id: string; version: number } => ({ id, version });

/** The people of the Centre who act in the tests. */
export function people(app: Pick<App, 'as'>) {
  const one = (nation: Nation, role: Role, subject: string): Caller => app.as(nation, role, { subject });
  return {
    turDuty: one('TUR', 'DUTY_OFFICER', 'ayse'),
    turHead: one('TUR', 'CONTINGENT_HEAD', 'kemal'),
    rusDuty: one('RUS', 'DUTY_OFFICER', 'ivan'),
    rusHead: one('RUS', 'CONTINGENT_HEAD', 'olga'),
    azeDuty: one('AZE', 'DUTY_OFFICER', 'leyla'),
    azeHead: one('AZE', 'CONTINGENT_HEAD', 'rashad'),
  };
}
