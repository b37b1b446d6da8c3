import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, readServerConfig } from '../../src/common/config.js';

describe('the configuration', () => {
  it('needs nothing to be set, and takes empty variables for absent ones', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      dataDir: resolve('.merzili'),
      database: null,
      issuersFile: null,
      logLevel: 'info',
      isProduction: false,
    });
    expect(readConfig({ PORT: '', HOST: '', DATABASE_URL: '', MERZILI_ISSUERS: '' })).toEqual(config);
  });

  it('takes what each variable says', () => {
    const config = readConfig({
      HOST: '::1',
      PORT: '0',
      MERZILI_DATA_DIR: 'elsewhere',
      DATABASE_URL: 'postgres://owner:p%40ss@db.example:5432/record',
      MERZILI_DATABASE_SECRET: 'sixteen characters',
      MERZILI_ISSUERS: 'trust/issuers.json',
      MERZILI_LOG_LEVEL: 'debug',
      NODE_ENV: 'production',
    });
    expect(config).toMatchObject({
      host: '::1',
      port: 0,
      dataDir: resolve('elsewhere'),
      database: {
        ownerUrl: 'postgres://owner:p%40ss@db.example:5432/record',
        secret: 'sixteen characters',
      },
      issuersFile: resolve('trust/issuers.json'),
      logLevel: 'debug',
      isProduction: true,
    });
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['DATABASE_URL', 'mysql://db/record'],
    ['DATABASE_URL', 'db.example'],
    ['MERZILI_DATABASE_SECRET', 'short'],
    ['MERZILI_LOG_LEVEL', 'loud'],
    ['MERZILI_PUBLIC_URL', 'https://record.example/'],
    ['MERZILI_PUBLIC_URL', 'https://record.example/graphql'],
    ['MERZILI_PUBLIC_URL', 'https://a.example,https://b.example'],
    ['MERZILI_PUBLIC_URL', 'record.example'],
    ['MERZILI_ALLOWED_ORIGINS', '*'],
    ['MERZILI_ALLOWED_ORIGINS', 'null'],
    ['MERZILI_ALLOWED_ORIGINS', 'https://a.example,'],
    ['MERZILI_ALLOWED_ORIGINS', 'https://*.example'],
    ['MERZILI_ALLOWED_ORIGINS', 'https://a.example, https://b.example/'],
    ['MERZILI_ALLOWED_ORIGINS', 'https://user@a.example'],
    ['MERZILI_ALLOWED_ORIGINS', 'https://a.example:443'],
    ['MERZILI_ALLOWED_ORIGINS', 'file:///index.html'],
  ])('refuses %s=%s, naming the variable and what it takes', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name} .*takes`, 'm'));
  });

  it('says what to write in place of a wrong origin', () => {
    expect(() => readConfig({ MERZILI_ALLOWED_ORIGINS: 'HTTPS://Console.Example:443/app' })).toThrow(
      /"HTTPS:\/\/Console.Example:443\/app" is none: write https:\/\/console.example$/,
    );
    expect(readConfig({ MERZILI_ALLOWED_ORIGINS: 'https://a.example, http://[::1]:3000' })).toMatchObject({
      publicUrl: null,
      allowedOrigins: ['https://a.example', 'http://[::1]:3000'],
    });
  });

  it('names every invalid variable at once, and no value', () => {
    const wrong = { PORT: 'http', MERZILI_DATABASE_SECRET: 'hush', MERZILI_LOG_LEVEL: 'loud' };
    let message = '';
    try {
      readConfig(wrong);
    } catch (error) {
      message = String(error);
    }
    for (const name of Object.keys(wrong)) expect(message).toContain(name);
    expect(message).not.toContain('hush');
  });

  it.each(['0.0.0.0', '::', '192.168.1.20', '10.0.0.7', 'console.example', '128.0.0.1'])(
    'refuses to serve demo mode at %s, but not to run other commands',
    (HOST) => {
      expect(() => readServerConfig({ HOST })).toThrow(/^HOST takes .* in demo mode/);
      expect(readConfig({ HOST }).host).toBe(HOST);
      expect(readServerConfig({ HOST, MERZILI_DEMO: 'on' }).host).toBe(HOST);
      expect(readServerConfig({ HOST, MERZILI_ISSUERS: 'issuers.json' }).host).toBe(HOST);
    },
  );

  it.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost'])('serves demo mode at %s', (HOST) => {
    expect(readServerConfig({ HOST }).host).toBe(HOST);
  });

  it('refuses demo mode in production', () => {
    expect(() => readConfig({ NODE_ENV: 'production' })).toThrow(/^MERZILI_ISSUERS takes/);
    expect(readConfig({ NODE_ENV: 'production', MERZILI_ISSUERS: 'issuers.json' }).isProduction).toBe(true);
  });
});

describe('the secret of an external database', () => {
  const secretOf = (url: string, secret?: string): string | undefined =>
    readConfig({ DATABASE_URL: url, MERZILI_DATABASE_SECRET: secret }).database?.secret;

  it('follows from the password of its owner when it is not given', () => {
    const [one, same, other] = ['postgres://o:a@one/x', 'postgres://p:a@two/y', 'postgres://o:b@one/x'].map(
      (url) => secretOf(url),
    );
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(same).toBe(one);
    expect(other).not.toBe(one);
    expect(secretOf('postgres://one/x?user=o&password=a')).toBe(one);
    expect(secretOf('postgres:///x?host=/run/postgresql&user=o&password=a')).toBe(one);
    expect(secretOf('postgres://o:a@one/x', 'sixteen characters')).toBe('sixteen characters');
  });

  it('has to be given where the owner has no password', () => {
    expect(() => secretOf('postgres://o@one/x')).toThrow(/MERZILI_DATABASE_SECRET takes/);
    expect(secretOf('postgres://o@one/x', 'sixteen characters')).toBe('sixteen characters');
  });
});

it('a variable that is not UTF-8 is refused', () => {
  expect(() => readConfig({ MERZILI_DATA_DIR: 'a\ufffd' })).toThrow('MERZILI_DATA_DIR takes text in UTF-8');
});
