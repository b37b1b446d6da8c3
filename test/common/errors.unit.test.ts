import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ERROR_STATUS } from '../../src/common/errors.js';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';

it('the guide to errors lists every code with its status, and no other', () => {
  const guide = readFileSync(join(PACKAGE_ROOT, 'docs/guide/errors.md'), 'utf8');
  const rows = [...guide.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)];
  const documented = Object.fromEntries(rows.map(([, code, status]) => [code, Number(status)]));
  expect(documented).toEqual(ERROR_STATUS);
});
