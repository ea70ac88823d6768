/** The look of an exported page: the colours of the project's own page, one column, light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#fbfbfc, #13151b);
  --surface: light-dark(#ffffff, #1a1d25);
  --ink: light-dark(#15171d, #e8eaf0);
  --soft: light-dark(#5a5f6c, #9da4b4);
  --line: light-dark(#e3e5ea, #2a2e39);
  --edge: light-dark(#858b99, #6d7485);
  --accent: light-dark(#3648cf, #a3b0ff);
  --accent-ink: light-dark(#ffffff, #10131d);
  --tint: light-dark(#eef0fd, #20253f);
  --contrary: light-dark(#b35806, #f5a04c);
}
* { box-sizing: border-box; }
body {
  margin: 0 auto;
  max-width: 46rem;
  padding: 1.5rem 1rem 3rem;
  background: var(--ground);
  color: var(--ink);
  font: 0.9375rem/1.5 -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Ubuntu, 'Noto Sans', Arial, sans-serif;
}
h1 { margin: 0 0 0.25rem; font-size: 1.25rem; }
p { margin: 0 0 1rem; color: var(--soft); }
form { display: grid; gap: 0.75rem; }
label { font-size: 0.8125rem; font-weight: 600; }
textarea, input, select, button { font: inherit; color: inherit; border: 1px solid var(--edge); border-radius: 0.5rem; }
textarea, input, select { width: 100%; margin-top: 0.25rem; padding: 0.5rem 0.75rem; background: var(--surface); font-weight: 400; font-size: 1rem; }
textarea, .text { font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
input[type='range'] { padding: 0; accent-color: var(--accent); }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.75rem; }
button {
  min-height: 2.5rem;
  padding: 0 1.25rem;
  border-color: transparent;
  background: var(--accent);
  color: var(--accent-ink);
  font-weight: 600;
  justify-self: start;
  cursor: pointer;
}
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
output {
  display: block;
  min-height: 4rem;
  margin-top: 1.25rem;
  padding: 0.75rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--surface);
  overflow-wrap: anywhere;
}
.text { white-space: pre-wrap; }
.bar { display: grid; grid-template-columns: minmax(4rem, 30%) 1fr 4rem; gap: 0.75rem; align-items: center; }
.bar > span:last-child { text-align: end; font-variant-numeric: tabular-nums; }
.track { height: 0.75rem; border-radius: 0.375rem; background: var(--tint); overflow: hidden; }
.track > div { height: 100%; background: var(--accent); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: 0.25rem 0.5rem; border: 1px solid var(--line); text-align: center; }
th { color: var(--soft); font-weight: 600; }
svg { display: block; width: 100%; height: auto; }
.given { stroke: var(--edge); fill: none; stroke-width: 2; }
.predicted { stroke: var(--accent); fill: none; stroke-width: 2; }
.future { stroke: var(--contrary); fill: none; stroke-width: 2; }
rect.given { fill: var(--edge); stroke: none; }
rect.future { fill: var(--contrary); stroke: none; }
.error { color: var(--contrary); }
`;
