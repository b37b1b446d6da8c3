import { number } from './report.mjs';

const WIDTH = 900;
const LEFT = 20;
const BAR = 13;
const GAP = 3;
const BARS_FROM = 190;
const BARS_TO = 800;
/** Colours that are readable on white and on black. */
const COLOURS = {
  limit: '#8a8f98',
  merzili: '#2f81f7',
  mercurius: '#2da44e',
  postgraphile: '#bf6b00',
  apollo: '#c0399f',
};

/** Requests per second as bars on a logarithmic scale, a group for each shape. */
export function chart({ rows, shapes, contestants, table }) {
  const rates = shapes
    .flatMap(({ name }) => contestants.map((contestant) => table[name][contestant.name].rate))
    .filter((rate) => rate > 0);
  const [least, most] = [
    Math.floor(Math.log10(Math.min(...rates, 1))),
    Math.ceil(Math.log10(Math.max(...rates, 10))),
  ];
  const x = (rate) =>
    BARS_FROM + ((Math.log10(Math.max(rate, 10 ** least)) - least) / (most - least)) * (BARS_TO - BARS_FROM);
  const parts = [];
  let y = 30;
  parts.push(text(LEFT, y, `Requests per second, ${number(rows)} incidents, logarithmic`, 'class="title"'));
  y += 16;
  const top = y;
  for (const { name, title } of shapes) {
    y += 20;
    parts.push(text(LEFT, y, title, 'class="shape"'));
    y += 7;
    for (const contestant of contestants) {
      const { rate } = table[name][contestant.name];
      parts.push(text(BARS_FROM - 8, y + BAR - 3, short(contestant.title), 'text-anchor="end"'));
      parts.push(
        `<rect x="${BARS_FROM}" y="${y}" width="${Math.max(1, x(rate) - BARS_FROM).toFixed(1)}" height="${BAR}" fill="${COLOURS[contestant.name]}"/>`,
      );
      parts.push(text(x(rate) + 5, y + BAR - 3, number(rate)));
      y += BAR + GAP;
    }
  }
  const lines = Array.from({ length: most - least + 1 }, (_, index) => {
    const at = x(10 ** (least + index)).toFixed(1);
    return `<line x1="${at}" x2="${at}" y1="${top}" y2="${y}"/>`;
  });
  const height = y + 20;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Requests per second by shape and server">
<style>text{font:11px system-ui,sans-serif;fill:#57606a}.title{font-size:15px;font-weight:600}.shape{font-weight:600}line{stroke:#8884;stroke-width:1}@media(prefers-color-scheme:dark){text{fill:#c9d1d9}}</style>
${lines.join('\n')}
${parts.join('\n')}
</svg>
`;
}

const short = (title) => title.split(/[:,]/)[0].replace(' as it ships', '');

function text(x, y, words, attributes = '') {
  const escaped = String(words).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${typeof x === 'number' ? x.toFixed(1) : x}" y="${y}" ${attributes}>${escaped}</text>`;
}
