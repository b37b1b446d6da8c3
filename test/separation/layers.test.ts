import 'reflect-metadata';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { differences, type Layers, openLayers, widenReading } from './layers.js';

let layers: Layers;
beforeAll(async () => {
  layers = await openLayers();
});
afterAll(() => layers?.stop());

it('keeps records apart by its own SQL alone, when every policy of the database is wide open', {
  timeout: 120_000,
}, async () => {
  const answers = await layers.answers();
  await widenReading(layers.sql);
  expect([...answers.values()].filter((answer) => answer.includes('birdmask')).length).toBeGreaterThan(20);
  expect(differences(answers, await layers.answers())).toEqual([]);
});
