import type { Html } from './html.js';

/** Style of a daily report, mainly for paper. */
export const REPORT_STYLE: Html = {
  text: `
@page { size: A4; margin: 10mm 14mm 14mm;
  @bottom-center { content: counter(page) " / " counter(pages); font: 8pt "Liberation Sans", Arial, "DejaVu Sans", sans-serif; color: #5c6875; } }
@page wide { size: A4 landscape; }
:root { --ink: #16202c; --quiet: #5c6875; --rule: #d5dbe1; --accent: #1d4e79; --tint: #eff3f7; }
* { box-sizing: border-box; margin: 0; padding: 0; }
html { background: #fff; }
body { color: var(--ink); font: 10pt/1.5 "Liberation Sans", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif;
  max-width: 1000px; margin: 0 auto; padding: 24px; }
/** Fonts with every letter of Azerbaijani: a schwa from a fallback font stands out. */
:lang(az) { font-family: "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
.row { display: grid; gap: 0 9mm; }
.columns-2 .row { grid-template-columns: 1fr 1fr; }
.columns-3 .row { grid-template-columns: repeat(3, 1fr); gap: 0 6mm; }
.columns-4 .row { grid-template-columns: repeat(4, 1fr); gap: 0 5mm; }
.columns-3, .columns-4 { page: wide; font-size: 8.5pt; }
.row > div { min-width: 0; overflow-wrap: break-word; hyphens: auto; }
.row > div + div { position: relative; }
.row > div + div::before { content: ""; position: absolute; inset: 0 auto 0 -4.5mm; border-left: 1px solid var(--rule); }
.columns-3 .row > div + div::before { left: -3mm; }
.columns-4 .row > div + div::before { left: -2.5mm; }
/** Head and foot with the marking are repeated on every printed page. */
.sheet { width: 100%; border-collapse: collapse; }
.sheet > * > tr > td { padding: 0; }
.band { display: flex; justify-content: space-between; align-items: center; border-bottom: 2px solid var(--accent);
  padding-bottom: 2mm; margin-bottom: 4mm; }
.day { color: var(--quiet); font-variant-numeric: tabular-nums; letter-spacing: .06em; }
.marking { border: 1.5px solid var(--accent); color: var(--accent); border-radius: 3px; padding: .6mm 3mm;
  font-weight: 700; letter-spacing: .14em; }
.centre { color: var(--quiet); font-size: .9em; }
h1 { font-size: 1.6em; line-height: 1.2; margin: 1mm 0 2mm; letter-spacing: -.01em; }
.lead { padding-bottom: 3mm; }
section { margin-top: 3mm; }
section > .row:first-child { break-after: avoid; }
section > .row > div { padding-bottom: 3mm; }
h2 { font-size: 1.1em; color: var(--accent); border-bottom: 1px solid var(--rule); padding: 1.5mm 0; }
section > .row:first-child > div { padding-bottom: 2mm; }
article, .item, .totals, .signatures { break-inside: avoid; }
article { display: flex; flex-direction: column; height: 100%; }
article .assessments { margin-top: auto; }
h3 { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 2mm; font-size: 1em; }
.number { background: var(--accent); color: #fff; border-radius: 50%; flex: none; width: 1.6em; height: 1.6em;
  line-height: 1.6em; text-align: center; font-size: .8em; }
.reference { margin-left: auto; flex: none; color: var(--quiet); font-weight: 400; font-size: .82em;
  font-variant-numeric: tabular-nums; }
article p { margin: 1.2mm 0 1.6mm; }
ul { list-style: none; }
.assessments { background: var(--tint); border-radius: 3px; padding: 1mm 2.5mm; font-size: .9em; }
.assessments li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 3mm; }
.item > b { display: block; }
.dates { color: var(--quiet); font-size: .9em; }
.quiet, .note { color: var(--quiet); }
.note { font-size: .9em; }
.totals { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.totals th { text-align: left; font-weight: 400; }
.totals thead th { color: var(--quiet); font-size: .82em; }
.totals thead th, .totals td { text-align: right; padding-left: 3mm; width: 1%; white-space: nowrap; hyphens: none; }
.totals thead td { width: auto; }
.totals tbody th, .totals tfoot th, .totals td { padding-top: .7mm; padding-bottom: .7mm; vertical-align: top; }
.totals tr + tr th, .totals tr + tr td { border-top: 1px solid var(--rule); }
.totals .group th { color: var(--accent); font-size: .82em; padding-top: 2mm; }
.totals tfoot th, .totals tfoot td { border-top: 1.5px solid var(--ink); font-weight: 700; }
.signatures { display: grid; grid-template-columns: 1fr 1fr; gap: 9mm; margin-top: 6mm; font-size: .9em; }
.signature { display: flex; flex-direction: column; }
.signature .line { border-bottom: 1px solid var(--ink); height: 13mm; margin: auto 0 1mm; }
.audiences { color: var(--quiet); font-size: .85em; margin-top: 4mm; }
.sheet > tfoot .band { border-bottom: 0; border-top: 2px solid var(--accent); padding: 2mm 0 0; margin: 4mm 0 0; }
@media print { body { padding: 0; max-width: none; font-size: 9pt; line-height: 1.4; } section { margin-top: 1.5mm; } .columns-3, .columns-4 { font-size: 8pt; } }
@media screen and (max-width: 640px) {
  .row { grid-template-columns: 1fr !important; }
  .row > div + div::before { display: none; }
}
`,
};
