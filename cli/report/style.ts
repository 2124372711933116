/** How the report looks, in light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --card: #ffffff; --ink: #1b2330; --soft: #5b6675; --line: #e1e5ea; --band: #eef4f8;
  --old: #66717f; --new: #0b7d6f; --on: #ffffff; --bad: #d32030; --good: #0b7d6f;
  --upload: #2563eb; --variable: #7c3aed; --disable: #b45309; --redeploy: #c0267a; --delete: #1b2330;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151c; --card: #181f29; --ink: #e6ebf2; --soft: #9aa7b6; --line: #2b3542; --band: #1d2733;
    --old: #8a97a8; --new: #2fc4ae; --on: #0d131a; --bad: #ff6470; --good: #2fc4ae;
    --upload: #6ea3ff; --variable: #b491ff; --disable: #f0a742; --redeploy: #ff7dbd; --delete: #e6ebf2;
  }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 40px 24px 56px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums; }
main { max-width: 1240px; margin: 0 auto; }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -0.015em; margin: 0 0 8px; }
h2 { font-size: 18px; margin: 0 0 4px; }
p { margin: 0; max-width: 92ch; color: var(--soft); }
p strong { color: var(--ink); font-weight: 600; }
code { font: 0.92em ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 22px 24px;
  margin-top: 20px; }
.figures { display: grid; grid-template-columns: repeat(4, 1fr); gap: 14px; margin: 26px 0 0; padding: 0; }
.figures > div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 18px; }
.figures dt { color: var(--soft); font-size: 13px; }
.figures dd { margin: 0; }
.figures .value { font-size: 27px; font-weight: 650; line-height: 1.3; letter-spacing: -0.01em; }
.figures .unit { font-size: 15px; font-weight: 400; letter-spacing: 0; }
.figures .note { color: var(--soft); font-size: 13px; }
.figures .good .value { color: var(--good); }
.figures .bad { border-color: var(--bad); }
.figures .bad .value { color: var(--bad); }
@media (max-width: 860px) { .figures { grid-template-columns: repeat(2, 1fr); } }
.scroll { overflow-x: auto; margin-top: 14px; }
svg.chart { display: block; width: 100%; min-width: 900px; height: auto; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--soft);
  font-variant-numeric: tabular-nums; }
svg .name { font-size: 14px; font-weight: 600; fill: var(--ink); }
svg .phase { font-weight: 600; fill: var(--ink); }
svg .inside { font-size: 11.5px; fill: var(--on); pointer-events: none; }
svg .small { font-size: 11px; }
svg .failed-text { fill: var(--bad); font-weight: 600; }
.scroll:focus-visible { outline: 2px solid var(--upload); outline-offset: 3px; border-radius: 4px; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (prefers-reduced-motion: no-preference) { .lane rect { transition: opacity 0.12s; } .lane g:hover rect { opacity: 0.7; } }
@media print { body { padding: 0; background: none; } .card, .figures > div { break-inside: avoid; } }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .base { stroke: var(--soft); stroke-width: 1; }
svg .leader { stroke: var(--soft); stroke-width: 1; opacity: 0.6; fill: none; }
svg .building { stroke: var(--redeploy); stroke-width: 2; stroke-dasharray: 2 3; opacity: 0.75; }
svg .band { fill: var(--band); } svg .card-back { fill: var(--card); stroke: var(--line); }
svg .off { fill: none; stroke: var(--old); stroke-dasharray: 3 3; }
svg .off-text { font-size: 11.5px; fill: var(--soft); pointer-events: none; }
.old { fill: var(--old); background: var(--old); } .new { fill: var(--new); background: var(--new); }
.fail { fill: var(--bad); background: var(--bad); }
.mark { stroke: var(--card); stroke-width: 1; paint-order: stroke; }
.upload { fill: var(--upload); } .variable { fill: var(--variable); } .disable, .enable { fill: var(--disable); }
.redeploy { fill: var(--redeploy); } .served, .verified { fill: var(--new); }
.failed, .unverified { fill: var(--bad); }
.delete { fill: var(--delete); }
.legend { display: flex; flex-wrap: wrap; gap: 8px 22px; margin: 14px 0 0; padding: 0; list-style: none;
  color: var(--soft); font-size: 13px; }
.legend li { display: flex; align-items: center; gap: 7px; }
.legend svg, td svg { width: 16px; height: 16px; flex: none; }
.legend i { width: 18px; height: 10px; border-radius: 2px; }
table { width: 100%; min-width: 900px; border-collapse: collapse; font-size: 13.5px; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 12.5px; }
th, td { padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.step { white-space: nowrap; }
td.step svg { vertical-align: -3px; margin-right: 7px; }
tr.read td { color: var(--soft); }
td code { overflow-wrap: anywhere; color: var(--soft); font-size: 12.5px; }
footer { margin-top: 22px; color: var(--soft); font-size: 13px; }
`;
