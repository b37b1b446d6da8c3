import 'reflect-metadata';
import { getOperationAST, isObjectType, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { SCOPES } from '../../src/domain/scopes.js';
import { incidentRead } from '../../src/modules/incidents/read/incident.read.js';
import { one } from '../../src/planner/fields.js';
import type { PlanSource, PlanViewer } from '../../src/planner/plan.js';
import { createPlanCache, statementName } from '../../src/planner/plan-cache.js';
import { sql } from '../../src/planner/sql.js';

const { schema, model } = createSchema();
const cache = () => createPlanCache(schema, model);

const viewer: PlanViewer = {
  audience: 'TUR',
  locale: 'TR',
  scopes: new Set(SCOPES),
  mayIntrospect: true,
};

function sourceOf(text: string, variables: Record<string, unknown> = {}): PlanSource {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error(`No operation: ${text}`);
  return { operationKey: text, document, operation, variables };
}

const LISTED = `query ($after: String, $filter: IncidentFilter, $first: Int) {
  incidents(after: $after, filter: $filter, first: $first) { nodes { reference } } }`;

describe('a plan', () => {
  it('is shared where only bound values differ', () => {
    const plans = cache();
    const [one, two] = ['a', 'b'].map((text) =>
      plans.operationPlan(
        sourceOf(LISTED, { after: text, filter: { search: text, severity: ['HIGH'] }, first: 5 }),
        viewer,
      ),
    );
    expect(two).toBe(one);
    expect(two?.uses).toBe(2);
  });

  it.each([
    ['an enum value', { filter: { severity: ['LOW'] }, first: 5 }],
    ['another order of enum values', { filter: { severity: ['HIGH', 'LOW'] }, first: 5 }],
    ['a number', { filter: { severity: ['HIGH'] }, first: 6 }],
    ['null', { filter: { severity: null }, first: 5 }],
    ['a value left out', { filter: {}, first: 5 }],
    ['an object left out', { first: 5 }],
  ])('is another for %s', (_, variables) => {
    const plans = cache();
    const first = plans.operationPlan(sourceOf(LISTED, { filter: { severity: ['HIGH'] }, first: 5 }), viewer);
    expect(plans.operationPlan(sourceOf(LISTED, variables), viewer).id).not.toBe(first.id);
  });

  it.each<[string, Partial<PlanViewer>]>([
    ['audience', { audience: 'RUS' }],
    ['language', { locale: 'RU' }],
    ['right', { scopes: new Set(SCOPES.filter((scope) => scope !== 'incident:position')) }],
    ['right to introspect', { mayIntrospect: false }],
  ])('is another for another %s', (_, other) => {
    const plans = cache();
    const first = plans.operationPlan(sourceOf('{ incidents { nodes { reference } } }'), viewer);
    const second = plans.operationPlan(sourceOf('{ incidents { nodes { reference } } }'), {
      ...viewer,
      ...other,
    });
    expect(second.id).not.toBe(first.id);
  });

  it('is shared by equal sets of scopes, whatever their order', () => {
    const plans = cache();
    const source = sourceOf('{ incidents { nodes { reference } } }');
    const first = plans.operationPlan(source, viewer);
    expect(plans.operationPlan(source, { ...viewer, scopes: new Set([...SCOPES].reverse()) })).toBe(first);
  });

  it('is prepared under a name once it is asked for again', () => {
    const plans = cache();
    const names = Array.from({ length: 3 }, () =>
      statementName(plans.operationPlan(sourceOf('{ incidents { nodes { reference } } }'), viewer)),
    );
    expect(names).toEqual([undefined, 'plan_1', 'plan_1']);
  });

  it('carries reference data as constants from its second use, until that data changes', () => {
    const plans = cache();
    const withPlace = () =>
      plans.operationPlan(sourceOf('{ incidents { nodes { place { code } } } }'), viewer);
    const without = () => plans.operationPlan(sourceOf('{ incidents { nodes { reference } } }'), viewer);
    const carries = (): boolean => withPlace().statement?.text.includes('constant_texts') === true;
    const cached = without();
    expect([carries(), carries(), carries()]).toEqual([false, true, true]);
    plans.forgetReference();
    expect([carries(), carries()]).toEqual([false, true]);
    expect(without()).toBe(cached);
  });
});

describe('the plan of a read-back', () => {
  const MUTATION = `mutation ($input: ReportIncidentInput!, $locale: Locale) {
    a: reportIncident(input: $input) { incident { categoryLabel(locale: $locale) } }
    b: reportIncident(input: $input) { incident { reference } } }`;

  function readBack(plans: ReturnType<typeof cache>, path: string, variables: Record<string, unknown>) {
    const payload = schema.getType('IncidentPayload');
    const field = isObjectType(payload) ? payload.getFields().incident : undefined;
    const source = sourceOf(MUTATION, variables);
    const [key] = path.split('.');
    const node = source.operation.selectionSet.selections
      .flatMap((selection) => (selection.kind === Kind.FIELD ? [selection] : []))
      .find(({ alias }) => alias?.value === key)
      ?.selectionSet?.selections.find((selection) => selection.kind === Kind.FIELD);
    if (!field || !node) throw new Error(`${path} is not selected`);
    return plans.fieldPlan(source, viewer, path, {
      field,
      key: 'incident',
      nodes: [node],
      read: one(incidentRead, () => sql`true`),
    });
  }

  it('is shared whatever was written', () => {
    const plans = cache();
    const [low, high] = ['LOW', 'HIGH'].map((severity) =>
      readBack(plans, 'a.incident', { input: { severity }, locale: 'TR' }),
    );
    expect(high).toBe(low);
  });

  it('is another for another field, and for another shape of its selection', () => {
    const plans = cache();
    const plan = readBack(plans, 'a.incident', { input: {}, locale: 'TR' });
    expect(readBack(plans, 'b.incident', { input: {}, locale: 'TR' }).id).not.toBe(plan.id);
    expect(readBack(plans, 'a.incident', { input: {}, locale: 'RU' }).id).not.toBe(plan.id);
  });
});
