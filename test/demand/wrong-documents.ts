/** What is wrong, the document, its variables, and what of the schema an answer to it could tell. */
export const WRONG: readonly (readonly [string, string, Record<string, unknown>, RegExp])[] = [
  ['field', '{ incident(reference: "x") { referense } }', {}, /reference\b|Incident\b/],
  ['root field', '{ incidnets { totalCount } }', {}, /incidents\b|Query/],
  ['fragment', '{ node(id: "x") { ...F } } fragment F on Incidnt { reference }', {}, /Incident\b/],
  ['impossible fragment', '{ centre { ... on Party { code } } }', {}, /Party|Centre/],
  ['argument', '{ incidents(frist: 3) { totalCount } }', {}, /first|Query/],
  ['missing argument', '{ incident { reference } }', {}, /String|reference/],
  ['missing selection', '{ parties }', {}, /Party|selection/],
  [
    'enum literal',
    '{ incidents(filter: { category: [ARTILERY_FIRE] }) { totalCount } }',
    {},
    /ARTILLERY|IncidentCategory/,
  ],
  [
    'enum variable',
    'query($c: [IncidentCategory!]) { incidents(filter: { category: $c }) { totalCount } }',
    { c: ['ARTILERY_FIRE'] },
    /ARTILLERY|IncidentCategory/,
  ],
  [
    'input field variable',
    'query($f: IncidentFilter) { incidents(filter: $f) { totalCount } }',
    { f: { categroy: [] } },
    /category|IncidentFilter/,
  ],
  [
    'variable type',
    'query($f: IncidentFiltre) { incidents(filter: $f) { totalCount } }',
    {},
    /IncidentFilter\b/,
  ],
  ['scalar', 'query($d: Date) { centre { contingents { head(on: $d) { id } } } }', { d: 'soon' }, /Date\b/],
];
