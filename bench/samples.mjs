import { drawSamples, merziliCursors } from './shapes.mjs';

const POSTGRAPHILE_CURSOR = `query Cursor($offset: Int!) {
  allIncidents(first: 1, offset: $offset, orderBy: [OCCURRED_FROM_DESC, KEY_DESC]) { edges { cursor } } }`;

/**
 * The number of incidents that the role sees, and values for the shapes' variables, with cursors for each server that has
 * its own format.
 */
export async function readSamples(client, postgraphile, audience = 'TUR') {
  const { rows } = await client.query(
    "select coalesce(sum(incidents), 0)::int as total from incident_aggregate where dimension_set = 'total'",
  );
  const { total } = rows[0];
  const samples = { total, ...(await drawSamples(client, total, audience)) };
  for (const depth of [samples.shallow, samples.deep]) {
    const own = await merziliCursors(client, depth, audience);
    const theirs = postgraphile ? await postgraphileCursors(postgraphile, depth.offsets) : [];
    depth.pages = own.map((cursor, index) => ({ merzili: cursor, postgraphile: { after: theirs[index] } }));
  }
  return samples;
}

async function postgraphileCursors({ port, headers }, offsets) {
  const cursors = [];
  for (const offset of offsets) {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: POSTGRAPHILE_CURSOR, variables: { offset } }),
    });
    const { data } = await response.json();
    cursors.push(data.allIncidents.edges[0].cursor);
  }
  return cursors;
}
