import { dark, light, variables } from './palette.js'

/** The report's style sheet. Colours are variables, so that both schemes share every rule. */
export const style = `
:root {
  color-scheme: light dark;
  ${variables(light)}
}
@media (prefers-color-scheme: dark) {
  :root {
    ${variables(dark)}
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1180px; margin: 0 auto; padding: 32px 20px 64px; }
header p { color: var(--dim); margin: 0; }
header p.warn { color: var(--warn); margin-top: 4px; }
h1 { font-size: 1.05rem; font-weight: 600; color: var(--dim); margin: 0 0 2px; }
h2 { font-size: 1.15rem; margin: 0 0 14px; letter-spacing: -0.01em; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 22px 24px; margin: 20px 0; }
.verdict { border-left: 5px solid var(--s0); }
.verdict.cannot-tell { border-left-color: var(--warn); }
.verdict .headline { font-size: 1.6rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.02em; margin: 0 0 14px; text-wrap: balance; }
.verdict h3 { font-size: 0.95rem; margin: 18px 0 6px; }
.verdict ul { margin: 0; padding-left: 20px; }
.verdict li { margin: 6px 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 18px 0 4px; }
.fact { background: var(--soft); border-radius: 8px; padding: 10px 14px; }
.fact b { display: block; font-size: 1.3rem; font-weight: 650; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.fact span { color: var(--dim); font-size: 0.85rem; }
svg { display: block; width: 100%; height: auto; overflow: visible; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
svg.narrow { display: none; }
svg text { fill: var(--ink); }
svg text.axis { fill: var(--dim); }
svg text.figure { font-variant-numeric: tabular-nums; }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .series { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
svg .dashed { stroke-dasharray: 6 4; }
svg .thin { stroke-width: 1.2; stroke-dasharray: 2 4; opacity: 0.9; }
svg .whisker { stroke: var(--ink); stroke-width: 1.4; }
${Array.from({ length: 8 }, (_, i) => `svg .s${i} { stroke: var(--s${i}); } svg .bar.s${i}, svg .dot.s${i} { fill: var(--s${i}); stroke: none; }`).join('\n')}
figure { margin: 0 0 20px; }
figcaption { color: var(--dim); font-size: 0.9rem; margin-bottom: 8px; }
.scroll { overflow-x: auto; margin-top: 16px; }
table { border-collapse: collapse; width: 100%; font-size: 0.82rem; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 7px; vertical-align: top; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th { color: var(--dim); font-weight: 600; white-space: normal; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td small { display: block; color: var(--dim); font-size: 0.68rem; line-height: 1.25; letter-spacing: -0.01em; }
h3 { font-size: 1rem; margin: 26px 0 0; }
details { margin-top: 12px; }
summary { cursor: pointer; color: var(--dim); font-size: 0.9rem; }
td.wrap { white-space: normal; text-align: left; }
th:first-child, td:first-child { position: sticky; left: 0; background: var(--card); }
tr:last-child td { border-bottom: 0; }
.good, td small.good { color: var(--good); } .warn, td small.warn { color: var(--warn); } .bad, td small.bad { color: var(--bad); }
.notes { color: var(--dim); font-size: 0.86rem; margin: 12px 0 0; }
.notes p { margin: 4px 0; }
footer { color: var(--dim); font-size: 0.86rem; }
@media (max-width: 640px) {
  main { padding: 20px 12px 48px; }
  section { padding: 18px 14px; border-radius: 10px; }
  .verdict .headline { font-size: 1.2rem; }
  td:first-child, th:first-child { white-space: normal; width: 120px; min-width: 120px; max-width: 120px; }
  svg.wide { display: none; }
  svg.narrow { display: block; }
}
@media print { body { background: none; } section { break-inside: avoid; } }
`
