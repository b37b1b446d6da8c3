import { isDeepStrictEqual } from 'node:util';
import { requestOf } from './servers.mjs';

const CHECKED = 12;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/**
 * Throws if contestants answer a shape differently. Formats of times and lists may differ, and so may
 * cursors.
 */
export async function checkEqual(contestants, shape, requests) {
  const step = Math.max(1, Math.floor(requests.length / CHECKED));
  for (let index = 0; index < requests.length; index += step) {
    const answers = await Promise.all(
      contestants.map((contestant) => ask(contestant, shape, requests[index])),
    );
    answers.forEach((answer, at) => {
      if (isDeepStrictEqual(normal(answer), normal(answers[0]))) return;
      const [one, other] = [answers[0], answer].map((data) => JSON.stringify(normal(data)));
      const place = [...one].findIndex((letter, position) => letter !== other[position]);
      const around = (text) => text.slice(Math.max(0, place - 80), place + 120);
      throw new Error(
        `${shape.name} ${JSON.stringify(requests[index].variables)}: ${contestants[0].name} and ${contestants[at].name} differ\n${around(one)}\n${around(other)}`,
      );
    });
  }
}

async function ask(contestant, shape, request) {
  const { path, body } = requestOf(contestant.name, shape, request);
  const response = await fetch(`http://127.0.0.1:${contestant.port}${path}`, {
    method: 'POST',
    headers: contestant.headers,
    body,
  });
  const text = await response.text();
  const { data, errors } = JSON.parse(text);
  if (!response.ok || errors || !data)
    throw new Error(`${contestant.name} ${shape.name}: ${response.status} ${text.slice(0, 600)}`);
  return data;
}

function normal(value, key = '') {
  if (Array.isArray(value)) return value.map((item) => normal(item));
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    // PostGraphile's lists, and its links between tables.
    if (keys.length === 1 && keys[0] === 'nodes' && key !== 'incidents') return normal(value.nodes);
    if (keys.length === 1 && keys[0] === 'provision') return normal(value.provision);
    return Object.fromEntries(
      keys
        .filter((name) => name !== 'endCursor')
        .sort()
        .map((name) => [name, normal(value[name], name)]),
    );
  }
  if (typeof value === 'string') {
    if (TIME.test(value)) return new Date(value).toISOString();
    if (['count', 'killed', 'wounded', 'totalCount'].includes(key)) return Number(value);
  }
  return value;
}
