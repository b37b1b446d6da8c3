import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';

const read = (file: string) => readFile(join(PACKAGE_ROOT, file), 'utf8');

describe('the server is started with the same options of Node', () => {
  it.each([
    ['package.json', /"start": ".*exec node (.*) serve"/],
    ['Dockerfile', /^CMD \["node", (.*), "serve"\]$/m],
    ['docs/operations/merzili.service', /^ExecStart=\/usr\/bin\/node (.*) serve$/m],
  ])('by %s', async (file, command) => {
    const [, options = ''] = command.exec(await read(file)) ?? [];
    expect(options.replace(/[",]/g, '').split(' ')).toEqual([
      '--no-memory-reducer',
      'dist/src/cli/merzili.js',
    ]);
  });
});

it('the unit starts the server again for as long as the database is down', async () => {
  const unit = await read('docs/operations/merzili.service');
  const [head = ''] = unit.split('[Service]');
  // systemd reads the limit in [Unit] only.
  expect(head).toMatch(/^StartLimitIntervalSec=0$/m);
  expect(unit).toMatch(/^Restart=always$/m);
  expect(unit).toMatch(/^RestartSec=\d+$/m);
});
