/** Light or dark with the page's color-scheme. Custom properties of the same names, set outside, overrule these. */
export const css = `
:host {
  display: block;
  container-type: inline-size;
  --_ground: var(--unfold-ground, light-dark(#ffffff, #1a1d25));
  --_sunken: var(--unfold-sunken, light-dark(#f3f4f7, #0f1116));
  --_ink: var(--unfold-ink, light-dark(#15171d, #e8eaf0));
  --_soft: var(--unfold-ink-soft, light-dark(#5a5f6c, #9da4b4));
  --_line: var(--unfold-line, light-dark(#858b99, #6d7485));
  --_accent: var(--unfold-accent, light-dark(#3648cf, #a3b0ff));
  --_accent-ink: var(--unfold-accent-ink, light-dark(#ffffff, #10131d));
}
:host([hidden]) { display: none; }
section {
  box-sizing: border-box;
  display: flex;
  flex-direction: column;
  gap: 0.75rem;
  block-size: 24rem;
  padding: 0.875rem;
  border: 1px solid color-mix(in srgb, var(--_line) 45%, transparent);
  border-radius: 0.5rem;
  background: var(--_ground);
  color: var(--_ink);
  font: 0.9375rem/1.5 system-ui, sans-serif;
}
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; }
button {
  min-block-size: 2.25rem;
  min-inline-size: 4.75rem;
  padding: 0 0.875rem;
  border: 1px solid var(--_line);
  border-radius: 0.375rem;
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
}
button.main { border-color: var(--_accent); background: var(--_accent); color: var(--_accent-ink); font-weight: 600; }
button:hover { box-shadow: inset 0 0 0 1px currentColor; }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
label { display: flex; align-items: center; gap: 0.5rem; margin-inline-start: auto; color: var(--_soft); }
input { inline-size: 7.5rem; block-size: 1.5rem; margin: 0; accent-color: var(--_accent); }
label .value { min-inline-size: 2.25rem; color: var(--_ink); font-variant-numeric: tabular-nums; }
.measures { display: flex; align-items: end; gap: 1.25rem; }
dl { display: flex; gap: 1.25rem; margin: 0; }
dl div { display: flex; flex-direction: column; justify-content: space-between; }
dt { color: var(--_soft); font-size: 0.8125rem; white-space: nowrap; }
dd { margin: 0; min-inline-size: 3.5rem; font-size: 1.125rem; font-weight: 600; font-variant-numeric: tabular-nums; }
[hidden] { display: none !important; }
.measures svg { flex: 1; min-inline-size: 4rem; block-size: 2.75rem; overflow: visible; }
.measures.large { flex: 1; flex-direction: column; align-items: stretch; }
.measures.large svg { block-size: auto; min-block-size: 4rem; }
.measures line { stroke: var(--_line); stroke-width: 1; vector-effect: non-scaling-stroke; }
polyline { fill: none; stroke: var(--_accent); stroke-width: 1.5; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.log {
  flex: 1;
  min-block-size: 4rem;
  overflow: auto;
  padding: 0.625rem 0.75rem;
  border-radius: 0.375rem;
  background: var(--_sunken);
  font: 0.875rem/1.55 ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
.log p { margin: 0 0 0.75rem; }
.network { flex: 1; min-block-size: 0; display: flex; gap: 0.75rem; }
.drawn { flex: 1; min-inline-size: 0; overflow: auto; border-radius: 0.375rem; background: var(--_sunken); }
.drawn svg { display: block; margin: auto; max-inline-size: none; }
.drawn text { fill: var(--_ink); font: 13px system-ui, sans-serif; text-anchor: middle; dominant-baseline: central; }
.drawn .size { fill: var(--_soft); font-size: 12px; }
.wire path { fill: none; stroke: var(--_line); stroke-width: 1.5; }
.wire.plain path { stroke-dasharray: 4 3; }
.wire rect { fill: var(--_ink); }
.drawn .wire text { fill: var(--_ground); font-size: 11px; font-weight: 600; }
.drawn marker path { fill: var(--_line); }
.part { cursor: pointer; }
.part rect { fill: var(--_ground); stroke: var(--_line); }
.part.cell rect { stroke: var(--_accent); stroke-width: 2; }
.formulas { flex: none; inline-size: 15rem; overflow: auto; }
.title { margin: 0 0 0.5rem; font-weight: 600; }
.formula { margin: 0; font: 1.0625rem/1.75 'STIX Two Text', 'STIX Two Math', Cambria, 'Times New Roman', 'Liberation Serif', serif; }
.formula :is(sub, sup) { font-size: 0.75em; line-height: 0; }
.form { flex: 1; min-block-size: 0; display: flex; flex-direction: column; align-items: start; gap: 0.5rem; }
.form label { inline-size: 100%; flex-direction: column; align-items: stretch; gap: 0.25rem; margin: 0; }
.form .log { align-self: stretch; }
textarea { resize: vertical; padding: 0.375rem 0.5rem; border: 1px solid var(--_line); border-radius: 0.375rem; background: var(--_ground); color: var(--_ink); font: 0.9375rem/1.5 ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
.share { display: grid; grid-template-columns: 8rem 1fr 4rem; align-items: center; gap: 0.5rem; }
.log .share { margin: 0; }
.share b { text-align: end; font-variant-numeric: tabular-nums; }
.bar-of { block-size: 0.625rem; background: linear-gradient(var(--_accent), var(--_accent)) 0 / calc(var(--share) * 100%) 100% no-repeat; }
.when { display: block; color: var(--_soft); font: 0.75rem/1.4 system-ui, sans-serif; }
.hint { color: var(--_soft); font-family: system-ui, sans-serif; }
.alert { margin: 0; padding: 0.5rem 0.75rem; border-inline-start: 3px solid light-dark(#b3261e, #ff8a80); background: var(--_sunken); }
.hidden { position: absolute; inline-size: 1px; block-size: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@container (max-width: 30rem) {
  label { margin-inline-start: 0; }
  .measures { flex-direction: column; align-items: stretch; gap: 0.5rem; }
  dl { justify-content: space-between; gap: 0.5rem; }
  dt { white-space: normal; line-height: 1.25; }
  .measures:not(.large) svg { flex: none; }
  .measures:has(+ * + .network) svg { display: none; }
  .network { flex-direction: column; overflow: auto; }
  .drawn { flex: none; }
  .formulas { inline-size: auto; overflow: visible; }
}
@media (pointer: coarse) { button { min-block-size: 2.75rem; } }
`;
