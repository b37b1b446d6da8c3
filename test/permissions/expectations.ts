/**
 * The permission table, copied by hand from the domain rules and not derived from the code: scope, then
 * LIAISON_OFFICER, DUTY_OFFICER, CONTINGENT_HEAD, NATIONAL_ADMIN, INTEGRATOR, PUBLIC.
 * `all` is TUR, RUS and AZE; `yes` is for the roles without a nation; `–` is nobody.
 */
export const EXPECTED_ROLES = [
  'LIAISON_OFFICER',
  'DUTY_OFFICER',
  'CONTINGENT_HEAD',
  'NATIONAL_ADMIN',
  'INTEGRATOR',
  'PUBLIC',
] as const;

type Cell = 'all' | 'TUR RUS' | 'yes' | '–';

// biome-ignore format: a table is read by its columns
export const EXPECTED_GRANTS: Readonly<Record<string, readonly [Cell, Cell, Cell, Cell, Cell, Cell]>> = {
  'reference:read':     ['all', 'all', 'all',     'all', 'yes', 'yes'],
  'incident:read':      ['all', 'all', 'all',     '–',   'yes', 'yes'],
  'incident:position':  ['all', 'all', 'all',     '–',   '–',   '–'],
  'incident:report':    ['all', 'all', 'all',     '–',   '–',   '–'],
  'incident:amend':     ['all', 'all', 'all',     '–',   '–',   '–'],
  'incident:retract':   ['all', 'all', 'all',     '–',   '–',   '–'],
  'incident:translate': ['all', 'all', 'all',     '–',   '–',   '–'],
  'incident:assess':    ['–',   '–',   'TUR RUS', '–',   '–',   '–'],
  'incident:release':   ['–',   '–',   'TUR RUS', '–',   '–',   '–'],
  'provision:assess':   ['–',   '–',   'TUR RUS', '–',   '–',   '–'],
  'official:contact':   ['all', 'all', 'all',     'all', '–',   '–'],
  'statistics:read':    ['all', 'all', 'all',     '–',   'yes', 'yes'],
  'incident:export':    ['all', 'all', 'all',     '–',   'yes', '–'],
  'audit:read':         ['–',   '–',   'all',     'all', '–',   '–'],
  'token:revoke':       ['–',   '–',   '–',       'all', '–',   '–'],
  'schema:introspect':  ['–',   '–',   '–',       '–',   'yes', '–'],
};

/** The nations (null: none) that the cell grants the scope to. */
export function nationsIn(cell: Cell): readonly ('TUR' | 'RUS' | 'AZE' | null)[] {
  switch (cell) {
    case 'all':
      return ['TUR', 'RUS', 'AZE'];
    case 'TUR RUS':
      return ['TUR', 'RUS'];
    case 'yes':
      return [null];
    case '–':
      return [];
  }
}
