import 'reflect-metadata';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { differences, type Layers, openLayers, widenReading } from '../separation/layers.js';
import { readWithoutRule } from '../separation/statements.js';
import { type Mutant, report, survivorsOf } from './killing.js';
import { ruleSites } from './rule-sites.js';

/** Rules that stand behind another one, which is off as well when they are looked at. */
const BEHIND: Readonly<Record<string, string>> = {
  'src/modules/events/incident-event.read.ts#1': 'src/feed/event-log.ts#1',
};

let layers: Layers;
let answers: ReadonlyMap<string, string>;
beforeAll(async () => {
  layers = await openLayers();
  answers = await layers.answers();
});
afterAll(() => layers?.stop());

it('the database alone keeps records apart, when every rule of the SQL layer is off', async () => {
  globalThis.merziliOff = new Set(['*']);
  try {
    expect(differences(answers, await layers.answers())).toEqual([]);
  } finally {
    globalThis.merziliOff = undefined;
  }
});

it('every row rule of the SQL layer is missed when it is off', async () => {
  await widenReading(layers.sql);
  const mutants = ruleSites().map(
    ({ id, rule }): Mutant => ({
      name: `${id} ${rule}`,
      apply: async () => {
        globalThis.merziliOff = new Set([id, ...(BEHIND[id] ? [BEHIND[id]] : [])]);
      },
      undo: async () => {
        globalThis.merziliOff = undefined;
      },
    }),
  );
  const survivors = await survivorsOf(mutants, async ({ name }) => {
    const [site = ''] = name.split(' ');
    // What the rule in front of it lets through when it is off is known already.
    const ofLog = / log:/;
    const found = differences(answers, await layers.answers());
    expect(found.filter((each) => !(site in BEHIND && ofLog.test(each)))).toEqual([]);
    // Some rules no answer depends on, since others stand before them: the statements are to carry them all the same.
    expect(await readWithoutRule()).toEqual([]);
  });
  report('row rules', mutants, survivors);
  // Nothing was noticed because of the mutant before.
  expect(differences(answers, await layers.answers())).toEqual([]);
  expect(mutants.length).toBeGreaterThanOrEqual(14);
  expect(survivors).toEqual([]);
});
