import 'reflect-metadata';
import { expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import {
  GRANTS,
  isGranted,
  isNationalRole,
  NATIONS,
  type Nation,
  ROLES,
  type Role,
  SCOPES,
} from '../../src/domain/scopes.js';
import { EXPECTED_GRANTS, EXPECTED_ROLES, nationsIn } from '../permissions/expectations.js';
import { EXPECTED_OPERATION_SCOPES } from '../permissions/operation-expectations.js';
import { statedScopes } from '../permissions/stated-scopes.js';
import { type Mutant, report, survivorsOf } from './killing.js';

/** What the tests of the permission table assert. */
async function noticeGrants(): Promise<void> {
  for (const [scope, row] of Object.entries(EXPECTED_GRANTS)) {
    for (const [column, cell] of row.entries()) {
      const known = SCOPES.find((each) => each === scope);
      const role = EXPECTED_ROLES[column];
      if (!known || !role) throw new Error(`${scope} is not in the table`);
      expect([...NATIONS, null].filter((nation) => isGranted(known, role, nation))).toEqual(nationsIn(cell));
    }
  }
}

type Loose = Record<string, Partial<Record<Role, readonly Nation[] | true>>>;

it('every grant is missed, and every grant too many is noticed', async () => {
  const table: Loose = GRANTS;
  const mutants = SCOPES.flatMap((scope) =>
    ROLES.flatMap((role) => {
      const row = table[scope] ?? {};
      const flips: (readonly [string, readonly Nation[] | true | undefined])[] = isNationalRole(role)
        ? NATIONS.map((nation) => {
            const before = row[role];
            const having: readonly Nation[] = before === undefined || before === true ? [] : before;
            const after = having.includes(nation)
              ? having.filter((each) => each !== nation)
              : [...having, nation];
            return [nation, after];
          })
        : [['Centre', row[role] === true ? undefined : true]];
      return flips.map(
        ([of, after]): Mutant => ({
          name: `${scope} for ${role} of ${of}`,
          apply: async () => {
            // A copy, for roles share their lists.
            table[scope] = { ...row, [role]: after };
          },
          undo: async () => {
            table[scope] = row;
          },
        }),
      );
    }),
  );
  await noticeGrants();
  const survivors = await survivorsOf(mutants, noticeGrants);
  report('grants', mutants, survivors);
  expect(mutants.length).toBe(SCOPES.length * (4 * 3 + 2));
  expect(survivors).toEqual([]);
});

it('every scope that an operation or a field states is missed, and noticed when it is another', async () => {
  const { schema } = createSchema();
  const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
    'getInterfaces' in type && !type.name.startsWith('__')
      ? Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field }))
      : [],
  );
  const mutants = fields
    .filter(({ field }) => field.extensions.scope !== undefined)
    .flatMap(({ name, field }) =>
      [undefined, 'reference:read', 'incident:export'].flatMap((scope): Mutant[] => {
        const before = field.extensions;
        if (before.scope === scope) return [];
        return [
          {
            name: `${name} with ${scope ?? 'no scope'}`,
            apply: async () => {
              field.extensions = { ...before, scope };
            },
            undo: async () => {
              field.extensions = before;
            },
          },
        ];
      }),
    );
  const notice = async (): Promise<void> => expect(statedScopes(schema)).toEqual(EXPECTED_OPERATION_SCOPES);
  await notice();
  const survivors = await survivorsOf(mutants, notice);
  report('stated scopes', mutants, survivors);
  expect(mutants.length).toBeGreaterThan(60);
  expect(survivors).toEqual([]);
});
