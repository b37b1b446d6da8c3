const many = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');

/** Places within places, `levels` fields deep. */
const nested = (levels: number): string =>
  `{ place(code: "agdam") ${'{ parent '.repeat(levels - 2)} { code } ${'}'.repeat(levels - 2)} }`;

/** Fragments that each spread the next one twice: 2^depth fields when written out. */
const fanOut = (depth: number): string =>
  `{ ...f0 } ${many(depth, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f${depth} on Query { __typename }`;

/** The same through two aliases, so that nothing merges. */
const aliasedFanOut = (depth: number): string =>
  `{ place(code: "agdam") { ...f0 } } ${many(depth, (i) => `fragment f${i} on Place { a: parent { ...f${i + 1} } parent { ...f${i + 1} } }`)} fragment f${depth} on Place { code }`;

const circular = (levels: number): string =>
  `{ __schema { types { ${'fields { type { '.repeat(levels)} name ${'} }'.repeat(levels)} } } }`;

/** A limit by its name, a document beyond it, one within, and how much the limit allows. */
export const LIMITED: readonly (readonly [string, string, string, number])[] = [
  ['depth', nested(13), nested(12), 12],
  [
    'aliases',
    `{ ${many(16, (i) => `a${i}: parties { code }`)} }`,
    `{ ${many(15, (i) => `a${i}: parties { code }`)} }`,
    15,
  ],
  [
    'aliases',
    `{ ${many(16, (i) => `a${i}: __typename`)} }`,
    `{ ${many(15, (i) => `a${i}: __typename`)} }`,
    15,
  ],
  [
    'directives',
    `{ ${many(9, (i) => `__typename @include(if: ${i >= 0})`)} }`,
    `{ ${many(8, (i) => `__typename @include(if: ${i >= 0})`)} }`,
    8,
  ],
  ['directives', `{ __typename ${'@aa'.repeat(9)} }`, `{ __typename }`, 8],
  ['fields', `{ ${'__typename '.repeat(201)} }`, `{ ${'__typename '.repeat(200)} }`, 200],
  ['fields', fanOut(20), fanOut(7), 200],
  ['tokens', `{ ${'__typename '.repeat(1_001)} }`, `{ ${'__typename '.repeat(198)} }`, 1_000],
  [
    'tokens',
    `{ ${'... on Query { __typename } '.repeat(2_000)} }`,
    `{ ${'... on Query { __typename } '.repeat(150)} }`,
    1_000,
  ],
  ['totalFields', aliasedFanOut(10), aliasedFanOut(3), 2_000],
];

export const CIRCULAR_INTROSPECTION = circular(4);

/** A document above the ceiling of cost, by far. */
export const TOO_DEAR =
  '{ incidents(first: 100) { nodes { provisions { incidents(first: 100) { nodes { claims { claimant { code } } } } } } } }';

/** As many fields with sub-selections of one response key as fit, to be merged pairwise. */
const pairwise = (() => {
  const level = (depth: number): string =>
    depth === 0 ? 'code' : `parent { ${level(depth - 1)} } parent { ${level(depth - 1)} }`;
  return `{ place(code: "agdam") { ${level(6)} } }`;
})();
const spreads = `{ place(code: "agdam") { ${many(120, (i) => `...f${i}`)} } } ${many(60, (i) => `fragment f${i} on Place { code name kind }`)}`;

/** Documents that make a careless server work long. */
export const SLOW: readonly (readonly [string, string])[] = [
  ['merged pairwise', pairwise],
  ['many fragments', spreads],
  ['fragments in circles', 'query { ...a } fragment a on Query { ...b } fragment b on Query { ...a }'],
];

/** Twenty thousand lists within each other, as JSON text. */
export const ENDLESS_LIST = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
