/** Medians over the rounds, by shape and contestant: `table[shape.name][contestant.name]`. */
export function summary(shapes, contestants, runs) {
  const table = {};
  for (const shape of shapes) {
    table[shape.name] = {};
    for (const { name } of contestants) {
      const results = runs
        .filter((run) => run.shape === shape && run.name === name)
        .map(({ result }) => result);
      const median = (field) =>
        medianOf(results.map((result) => result[field]).filter((value) => value !== null));
      table[shape.name][name] = {
        rate: median('rate'),
        p50: median('p50'),
        p99: median('p99'),
        nodeMicroseconds: median('nodeMicroseconds'),
        postgresMicroseconds: median('postgresMicroseconds'),
        failures: results.reduce((sum, { failures }) => sum + failures, 0),
      };
    }
  }
  return table;
}

export function medianOf(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
