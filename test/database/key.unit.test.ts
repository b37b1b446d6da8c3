import { describe, expect, it } from 'vitest';
import { newKey } from '../../src/database/key.js';

const momentOf = (key: string): number => Number.parseInt(key.replace('-', '').slice(0, 12), 16);

describe('Keys of new rows', () => {
  it('are UUIDs of version 7', () => {
    expect(newKey()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('begin with the moment', () => {
    const before = Date.now();
    const moment = momentOf(newKey());
    expect(moment).toBeGreaterThanOrEqual(before);
    expect(moment).toBeLessThanOrEqual(Date.now());
  });

  it('are drawn at random for the rest', () => {
    const rests = Array.from({ length: 10_000 }, () => newKey().slice(14));
    expect(new Set(rests).size).toBe(rests.length);
  });

  it('do not count up within a millisecond, which would reveal keys in between', () => {
    const sequences = Array.from({ length: 1_000 }, () =>
      Number.parseInt(newKey().slice(20, 28).replace('-', ''), 16),
    );
    const falls = sequences.filter((sequence, index) => sequence < (sequences[index - 1] ?? 0));
    expect(falls.length).toBeGreaterThan(300);
  });
});
