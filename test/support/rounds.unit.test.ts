import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { WITH_MORE_ROUNDS } from '../../vitest.long.config.js';

it('every test that makes more rounds when it may take long is run by npm run test:long', () => {
  const files = readdirSync(join(PACKAGE_ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !name.endsWith('.long.test.ts'))
    .map((name) => `test/${name}`)
    .filter((name) => /from '.*support\/rounds\.js'/.test(readFileSync(join(PACKAGE_ROOT, name), 'utf8')));
  expect([...WITH_MORE_ROUNDS].sort()).toEqual(files.sort());
});
