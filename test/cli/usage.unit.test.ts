import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { merzili } from './command-line.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merzili-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const COMMANDS = [
  'serve',
  'migrate',
  'import places',
  'import incidents',
  'token mint',
  'token revoke',
  'issuer freeze',
  'issuer unfreeze',
  'keys generate',
  'report',
];

describe('help', () => {
  it.each(COMMANDS)('%s --help says what it does, with examples', async (command) => {
    const { code, stdout, stderr } = await merzili([...command.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: merzili ${command}`);
    expect(stdout).toMatch(/Examples:\n {2}\$ /);
    expect(stdout).toContain(`npx merzili ${command}`);
  });

  it('lists every command', async () => {
    const { code, stdout } = await merzili(['--help']);
    expect(code).toBe(0);
    for (const command of COMMANDS) {
      const [group = '', name] = command.split(' ');
      expect(stdout).toContain(`  ${group}`);
      if (name === undefined) continue;
      expect(await merzili([group, '--help'])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`  ${name}`),
      });
    }
  });

  it('prints the version', async () => {
    expect(await merzili(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

it.each([
  ['report', '2022-03-09', '--out', 'a\ufffdb'],
  ['token', 'revoke', 'a\ud800b'],
])('an argument that is not UTF-8 is refused: %s', async (...args) => {
  const { code, stdout, stderr } = await merzili(args);
  expect([code, stdout, stderr]).toEqual([2, '', `error: argument ${args.length} is not text in UTF-8\n`]);
});

describe('wrong usage ends with 2 and a sentence on stderr', () => {
  it.each<[string, string]>([
    ['', 'Usage: merzili'],
    ['nonsense', "unknown command 'nonsense'"],
    ['import', 'Usage: merzili import'],
    ['import people x.csv', "unknown command 'people'"],
    ['import places', "missing required argument 'file'"],
    ['import places a.csv b.csv', 'too many arguments'],
    ['serve --port 1', "unknown option '--port'"],
    ['token mint', "required option '--role <role>' not specified"],
    ['token mint --role KING', 'Allowed choices are LIAISON_OFFICER'],
    ['token mint --role PUBLIC --nation ARM', 'Allowed choices are TUR, RUS, AZE'],
    ['token mint --role PUBLIC --nation TUR', 'leave --nation out'],
    ['token mint --role DUTY_OFFICER', 'add --nation TUR|RUS|AZE'],
    ['token mint --role PUBLIC --ttl 3601', 'from 1 to 3600'],
    ['token mint --role PUBLIC --ttl 1h', 'from 1 to 3600'],
    ['token mint --role PUBLIC --locale de', 'one of tr, ru, az, en'],
    ['token mint --role PUBLIC --scope incident:delete', 'Known scopes are'],
    ['token mint --role PUBLIC --subject \u0007', 'control and invisible characters'],
    ['token mint --role PUBLIC --subject \u3164', 'something to read'],
    ['token mint --role PUBLIC --subject a\u200bb', 'control and invisible characters'],
    ['token revoke --nation TUR --jti \u2800', 'something to read'],
  ])('%j', async (line, words) => {
    const outcome = await merzili(line.split(' ').filter(Boolean), {
      env: { MERZILI_DATA_DIR: join(folder, 'unused') },
    });
    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(words) });
    expect(outcome.stderr).not.toMatch(/^ {4}at /m);
  });

  it.each(['serve', 'migrate', 'import places x.csv', 'token mint --role PUBLIC'])(
    'and so does a wrong configuration: %s',
    async (line) => {
      const outcome = await merzili(line.split(' '), { env: { PORT: 'high' } });
      expect(outcome).toEqual({ code: 2, stdout: '', stderr: 'error: PORT takes a port number\n' });
    },
  );
});
