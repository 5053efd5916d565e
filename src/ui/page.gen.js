// Made from src/ui/page by `npm run make`: do not edit.
export const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Plexus</title>
    <link rel="stylesheet" href="page.css" />
    <link rel="icon" href="data:," />
    <script type="module" src="page.js"></script>
  </head>
  <body>
    <div id="app"></div>
    <noscript>
      <main>This page needs JavaScript. These commands show the same: plexus pods, plexus networks, plexus graph.</main>
    </noscript>
  </body>
</html>
`;
export const css = `:root {
  color-scheme: light dark;
  --paper: #ffffff;
  --band: #f5f7f9;
  --ink: #1b2026;
  --dim: #535d68;
  --line: #848e99;
  --soft: #dde3e9;
  --accent: #0b6a8f;
  --chosen: #dceef5;
  --bad: #b3261e;
  --bad-soft: #fdeceb;
  --warn: #7d4e00;
  --warn-soft: #fff4dd;
  --fine: #1a6e3c;
  --c0: #0072b2;
  --c1: #b8560b;
  --c2: #00795a;
  --c3: #a0407c;
  --c4: #5b4bb7;
  --c5: #8a6a00;
  --c6: #007c8a;
  --c7: #b5344d;
  --c8: #4d7a1f;
  --c9: #2f55c4;
  --c10: #8c5a3c;
  --c11: #59636e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161b;
    --band: #1a2028;
    --ink: #e8ebee;
    --dim: #a4aeb9;
    --line: #6f7a86;
    --soft: #2d353e;
    --accent: #6cc3e6;
    --chosen: #17364a;
    --bad: #ff8f86;
    --bad-soft: #3a1d1c;
    --warn: #f5bf63;
    --warn-soft: #35290f;
    --fine: #6fcf97;
    --c0: #5db4ec;
    --c1: #f2a15c;
    --c2: #45c9a0;
    --c3: #e48cc2;
    --c4: #a99bf7;
    --c5: #e0c14a;
    --c6: #4fd0dd;
    --c7: #ff8a9c;
    --c8: #a5d46a;
    --c9: #8fa8ff;
    --c10: #d6a385;
    --c11: #aab4bf;
  }
}
* {
  box-sizing: border-box;
}
html,
body,
#app {
  height: 100%;
}
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font:
    14px/1.45 ui-sans-serif,
    system-ui,
    'Segoe UI',
    Roboto,
    'DejaVu Sans',
    sans-serif;
}
#app {
  display: flex;
  flex-direction: column;
}
:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: -2px;
  border-radius: 3px;
}
a {
  color: var(--accent);
  text-decoration: none;
}
a:hover,
p > a,
.plain a,
.facts a {
  text-decoration: underline;
}
header {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  gap: 2px 16px;
  padding: 12px 24px 4px;
}
h1 {
  font-size: 18px;
  letter-spacing: -0.01em;
  margin: 0;
}
header p {
  margin: 0;
  color: var(--dim);
  overflow-wrap: anywhere;
}
#live {
  margin-left: auto;
}
#live::before {
  content: '●';
  margin-right: 6px;
}
#live.fine::before {
  color: var(--fine);
}
#live.lost {
  color: var(--bad);
  font-weight: 600;
}
nav {
  display: flex;
  gap: 4px;
  padding: 0 16px;
  border-bottom: 1px solid var(--soft);
  overflow-x: auto;
  flex: none;
}
nav a {
  color: var(--dim);
  padding: 7px 8px 6px;
  border-bottom: 2px solid transparent;
  white-space: nowrap;
}
nav a:hover {
  color: var(--ink);
  text-decoration: none;
}
nav a[aria-current] {
  color: var(--ink);
  font-weight: 600;
  border-color: var(--accent);
}
.count {
  font-variant-numeric: tabular-nums;
  font-weight: 400;
}
.banner {
  padding: 8px 24px;
  background: var(--bad-soft);
  border-bottom: 1px solid var(--bad);
}
.note {
  margin: 0;
  padding: 6px 24px;
  background: var(--warn-soft);
}
.banner strong {
  color: var(--bad);
}
main {
  flex: 1;
  min-height: 0;
}
main.stale {
  opacity: 0.75;
}
#filters {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px 16px;
  padding: 8px 24px;
  border-bottom: 1px solid var(--soft);
}
label,
.tools {
  color: var(--dim);
}
.field:not([hidden]) {
  display: flex;
  align-items: center;
  gap: 6px;
  white-space: nowrap;
}
input[type='search'],
select,
button {
  font: inherit;
  color: var(--ink);
  background: var(--paper);
  border: 1px solid var(--line);
  border-radius: 6px;
  padding: 3px 8px;
}
select {
  max-width: 15em;
}
input[type='search'] {
  width: 19em;
}
input[type='checkbox'] {
  accent-color: var(--accent);
  vertical-align: -2px;
}
button {
  cursor: pointer;
}
button:hover:not(:disabled) {
  border-color: var(--accent);
}
button:disabled {
  color: var(--dim);
  border-color: var(--soft);
  cursor: default;
}
kbd {
  border: 1px solid var(--line);
  border-radius: 4px;
  padding: 0 5px;
  font: inherit;
  font-size: 12px;
}
.second {
  color: var(--dim);
  font-size: 12px;
}
.mono,
pre,
code {
  font-family: ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', monospace;
  font-size: 12px;
}
.mono {
  white-space: nowrap;
}
.number {
  font-variant-numeric: tabular-nums;
}
.hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
}
.empty {
  color: var(--dim);
  padding: 16px 24px;
  margin: 0;
}
.panel .empty,
.detail .empty {
  padding: 4px 0;
}
.mark,
.state {
  white-space: nowrap;
}
.error.mark,
.error.state,
.bad {
  color: var(--bad);
  font-weight: 600;
}
.warning.mark,
.warning.state {
  color: var(--warn);
  font-weight: 600;
}
.fine.state > span {
  color: var(--fine);
  font-size: 10px;
}

/* Overview */
.overview {
  height: 100%;
  overflow: auto;
  padding: 20px 24px 32px;
}
.verdict {
  font-size: 20px;
  font-weight: 600;
  margin: 0 0 14px;
}
.verdict.error {
  color: var(--bad);
}
.verdict.warning {
  color: var(--warn);
}
.verdict.fine > span {
  color: var(--fine);
}
.installation {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  gap: 2px 12px;
  margin: 0 0 14px;
  overflow-wrap: anywhere;
}
.tiles {
  list-style: none;
  display: flex;
  flex-wrap: wrap;
  gap: 10px;
  padding: 0;
  margin: 0 0 20px;
}
.tiles a {
  display: block;
  min-width: 116px;
  padding: 10px 14px;
  background: var(--band);
  border: 1px solid var(--soft);
  border-radius: 8px;
  color: var(--ink);
}
.tiles a:hover {
  border-color: var(--accent);
  text-decoration: none;
}
.tiles strong {
  display: block;
  font-size: 24px;
  line-height: 1.15;
  font-variant-numeric: tabular-nums;
}
.panels {
  display: grid;
  grid-template-columns: repeat(2, minmax(0, 1fr));
  gap: 16px;
  align-items: start;
}
.panel {
  border: 1px solid var(--soft);
  border-radius: 8px;
  padding: 12px 16px;
  min-width: 0;
}
.panel h2 {
  display: flex;
  justify-content: space-between;
  font-size: 14px;
  margin: 0 0 6px;
}
.more {
  font-weight: 400;
}
.entries {
  list-style: none;
  margin: 0;
  padding: 0;
}
.entries li {
  display: grid;
  grid-template-columns: 6.2em minmax(0, 1fr);
  gap: 12px;
  padding: 6px 0;
  border-top: 1px solid var(--soft);
  overflow-wrap: anywhere;
}
.entries.failures li {
  grid-template-columns: 10.5em minmax(0, 1fr);
}
.entries li > a {
  color: var(--ink);
}

/* Range use */
.range {
  display: grid;
  grid-template-columns: minmax(40px, 90px) auto;
  align-items: center;
  justify-content: start;
  gap: 0 10px;
  white-space: nowrap;
}
.detail .range {
  grid-template-columns: minmax(10em, max-content) minmax(60px, 160px) 1fr;
  padding: 2px 0;
  white-space: normal;
}
.meter {
  height: 8px;
  border-radius: 4px;
  background: var(--soft);
  overflow: hidden;
}
.meter > div {
  height: 100%;
  min-width: 2px;
  background: var(--accent);
}
.meter > .high {
  background: var(--warn);
}
.meter > .full {
  background: var(--bad);
}

/* Table and details */
.split {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  grid-template-rows: minmax(0, 1fr);
  height: 100%;
}
.split.chosen {
  grid-template-columns: minmax(0, 5fr) minmax(440px, 4fr);
}
.table {
  display: flex;
  flex-direction: column;
  min-height: 0;
}
.titles,
.row {
  display: grid;
  gap: 16px;
  padding: 0 24px;
  align-items: center;
}
.head {
  flex: none;
  overflow: hidden;
  scrollbar-gutter: stable;
  border-bottom: 1px solid var(--soft);
}
.titles {
  height: 32px;
  color: var(--dim);
}
.titles > * {
  font-size: 12px;
}
.order {
  border: 0;
  padding: 2px 0;
  color: inherit;
  font-size: 12px;
  background: none;
}
.order:hover {
  color: var(--ink);
  text-decoration: underline;
}
[aria-sort='ascending'] .order,
[aria-sort='descending'] .order {
  color: var(--ink);
  font-weight: 600;
}
.table .body {
  position: relative;
  flex: 1;
  min-height: 0;
  overflow-y: auto;
  scrollbar-gutter: stable;
}
.row {
  position: absolute;
  left: 0;
  right: 0;
  height: 38px;
  border-bottom: 1px solid var(--soft);
}
.row:hover {
  background: var(--band);
}
.row[aria-current] {
  background: var(--chosen);
  box-shadow: inset 3px 0 var(--accent);
}
.cell {
  min-width: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.cell:first-child a {
  color: var(--ink);
  font-weight: 500;
}
.cell:first-child a::after {
  content: '';
  position: absolute;
  inset: 0;
}
.cell:first-child a:focus-visible {
  outline: none;
}
.cell:first-child a:focus-visible::after {
  outline: 2px solid var(--accent);
  outline-offset: -2px;
}
.cell .range {
  font-size: 12px;
}
.cards .head {
  position: absolute;
  clip-path: inset(50%);
  width: 1px;
  height: 1px;
  overflow: hidden;
}
.cards .row {
  height: 68px;
  grid-template-columns: minmax(0, 1fr) auto;
  grid-template-rows: auto auto;
  gap: 0 10px;
  padding: 8px 16px;
  align-content: center;
}
.cards .cell:not(:first-child) {
  font-size: 12px;
  color: var(--dim);
}
.cards .cell.node,
.cards .cell.workload,
.cards .cell.kind,
.cards .cell.types,
.cards .cell.since {
  display: none;
}
.cards .cell.state,
.cards .cell.severity {
  grid-row: 1;
  grid-column: 2;
}
.cards .cell.addresses,
.cards .cell.use {
  grid-row: 2;
  grid-column: 1;
}
.cards .cell.pods {
  grid-row: 2;
  grid-column: 2;
  justify-self: end;
}
.cards .cell.pods::before {
  content: 'Pods: ';
}
.cards .cell.problem {
  grid-row: 1 / 3;
  white-space: normal;
  display: -webkit-box;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 2;
}
.detail {
  border-left: 1px solid var(--soft);
  overflow: auto;
  padding: 14px 24px 32px;
  position: relative;
}
.back {
  margin: 0;
}
.back .far {
  position: absolute;
  top: 12px;
  right: 20px;
  padding: 2px 8px;
  color: var(--dim);
}
.back .near {
  display: none;
}
h2 {
  font-size: 18px;
  margin: 0 32px 4px 0;
  overflow-wrap: anywhere;
}
h3 {
  font-size: 14px;
  margin: 22px 0 6px;
}
.facts {
  display: flex;
  flex-wrap: wrap;
  gap: 2px 14px;
  margin: 0;
  color: var(--dim);
}
.detail td .state {
  white-space: normal;
}
.facts .fine {
  color: var(--ink);
}
.wide {
  overflow-x: auto;
}
table {
  border-collapse: collapse;
  width: 100%;
}
th,
td {
  text-align: left;
  vertical-align: top;
  padding: 5px 12px 5px 0;
  border-bottom: 1px solid var(--soft);
}
tbody tr:last-child td {
  border-bottom: 0;
}
td {
  overflow-wrap: break-word;
}
th {
  color: var(--dim);
  font-weight: 500;
  font-size: 12px;
  white-space: nowrap;
}
.plain {
  list-style: none;
  padding: 0;
  margin: 0;
}
.plain li {
  padding: 2px 0;
  overflow-wrap: anywhere;
}
.problem.error,
.problem.warning {
  border-left: 3px solid var(--bad);
  background: var(--bad-soft);
  border-radius: 0 6px 6px 0;
  padding: 8px 12px;
  margin: 8px 0;
  overflow-wrap: anywhere;
}
.problem.warning {
  border-color: var(--warn);
  background: var(--warn-soft);
}
.problem p {
  margin: 2px 0;
}
.operation {
  border-top: 1px solid var(--soft);
  padding: 7px 0;
}
summary {
  cursor: pointer;
  overflow-wrap: anywhere;
}
.minor {
  color: var(--dim);
}
.bar {
  min-width: 80px;
  margin-top: 4px;
  height: 12px;
  background: var(--band);
}
.bar > div {
  height: 100%;
  border-left: 3px solid var(--accent); /* the shortest can be seen too */
  background: var(--accent);
}
.minor .bar > div {
  border-color: var(--line);
  background: var(--line);
}
.bar > .failed {
  border-color: var(--bad);
  background: var(--bad);
}
.texts {
  margin: 4px 0;
}
h4 {
  margin: 4px 0 2px;
}
pre,
code {
  overflow-wrap: anywhere;
}
pre {
  white-space: pre-wrap;
  background: var(--band);
  border-radius: 6px;
  padding: 8px 12px;
  margin: 2px 0 8px;
}
.json .name {
  color: var(--c9);
}
.json .text {
  color: var(--c2);
}
.json .literal {
  color: var(--c1);
}

/* Topology */
.topology {
  display: flex;
  flex-direction: column;
  height: 100%;
}
.tools {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px 18px;
  padding: 8px 24px;
}
.zoom {
  display: inline-flex;
}
.zoom button {
  border-radius: 0;
  margin-left: -1px;
  min-width: 30px;
}
.zoom button:first-child {
  border-radius: 6px 0 0 6px;
}
.zoom button:last-child {
  border-radius: 0 6px 6px 0;
}
.legend {
  list-style: none;
  display: flex;
  flex-wrap: wrap;
  gap: 2px 14px;
  margin: 0 0 0 auto;
  padding: 0;
  font-size: 12px;
}
.legend svg {
  vertical-align: -2px;
}
.board {
  flex: 1;
  min-height: 0;
  overflow: auto;
  border-top: 1px solid var(--soft);
}
.grid {
  display: grid;
  width: max-content;
  min-width: 100%;
}
.corner,
.heads,
.labels {
  background: var(--paper);
}
.corner {
  position: sticky;
  top: 0;
  left: 0;
  z-index: 3;
  border-bottom: 1px solid var(--soft);
  border-right: 1px solid var(--soft);
}
.heads {
  position: sticky;
  top: 0;
  z-index: 2;
  display: flex;
  list-style: none;
  margin: 0;
  padding: 0;
}
.heads li {
  display: flex;
  flex-direction: column;
  justify-content: center;
  text-align: center;
  padding: 0 6px;
  border-top: 3px solid var(--lane, var(--c0));
}
.heads li > * {
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.heads li a {
  font-weight: 600;
  font-size: 13px;
  color: var(--lane);
}
.grid > .labels {
  position: sticky;
  left: 0;
  z-index: 1;
  list-style: none;
  margin: 0;
  padding: 0;
  border-right: 1px solid var(--soft);
}
.labels li {
  position: absolute;
  border-bottom: 1px solid transparent;
  left: 0;
  right: 0;
  display: flex;
  align-items: center;
  justify-content: space-between;
  gap: 8px;
  padding: 0 10px 0 24px;
}
.labels li.nested {
  padding-left: 42px;
}
.labels li > :first-child {
  border: 0;
  background: none;
  padding: 0;
  color: var(--ink);
  font-size: inherit;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
  text-align: left;
}
.labels li.group > :first-child {
  font-weight: 600;
}
.labels li.error > :first-child {
  color: var(--bad);
}
.labels li.warning > :first-child {
  color: var(--warn);
}
.labels .second {
  flex: none;
  max-width: 40%;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.lanes {
  display: block;
  cursor: grab;
}
.lanes:active {
  cursor: grabbing;
}
.lane {
  stroke: var(--lane);
  stroke-width: 2;
  opacity: 0.35;
}
.lane.over {
  stroke-width: 5;
  opacity: 0.8;
}
.wire > line {
  stroke: var(--line);
  stroke-width: 1;
}
.wire.group > line {
  stroke-width: 2;
}
.band {
  fill: transparent;
}
.wire:hover .band {
  fill: var(--accent);
  opacity: 0.08;
}
.wire text {
  fill: var(--ink);
  font-size: 0.86em;
}
.dot {
  fill: var(--lane, var(--dim));
  stroke: var(--paper);
  stroke-width: 1;
}
.open {
  fill: var(--paper);
  stroke: var(--warn);
  stroke-width: 2;
  stroke-dasharray: 3 2;
}
path.bad {
  fill: var(--bad);
  stroke: var(--paper);
  stroke-width: 1;
}
.cross {
  stroke: var(--bad);
  stroke-width: 2.5;
  fill: none;
}
.c0 {
  --lane: var(--c0);
}
.c1 {
  --lane: var(--c1);
}
.c2 {
  --lane: var(--c2);
}
.c3 {
  --lane: var(--c3);
}
.c4 {
  --lane: var(--c4);
}
.c5 {
  --lane: var(--c5);
}
.c6 {
  --lane: var(--c6);
}
.c7 {
  --lane: var(--c7);
}
.c8 {
  --lane: var(--c8);
}
.c9 {
  --lane: var(--c9);
}
.c10 {
  --lane: var(--c10);
}
.c11 {
  --lane: var(--c11);
}

@media (max-width: 1000px) {
  .split.chosen {
    grid-template-columns: minmax(0, 1fr) minmax(0, 1.2fr);
  }
}
@media (max-width: 760px) {
  #cluster {
    order: 1;
    flex-basis: 100%;
  }
  /* The details of one object: the filters have no effect on them. */
  #app:has(.split.chosen) > #filters {
    display: none;
  }
  header,
  .banner,
  #filters,
  .overview,
  .tools {
    padding-left: 16px;
    padding-right: 16px;
  }
  nav {
    padding: 0 8px;
  }
  .panels {
    grid-template-columns: minmax(0, 1fr);
  }
  #filters {
    gap: 6px 10px;
  }
  .field.wide {
    flex: 1 1 100%;
  }
  .field.wide input {
    flex: 1;
    width: auto;
    min-width: 0;
  }
  #namespace,
  #network,
  #node {
    max-width: 8.5em;
  }
  .split.chosen {
    grid-template-columns: minmax(0, 1fr);
  }
  .split.chosen > .table {
    display: none;
  }
  .detail {
    border-left: 0;
    padding: 10px 16px 24px;
  }
  .back .far:not(.hidden) {
    display: none;
  }
  .back .near {
    display: inline;
  }
  .back {
    margin-bottom: 8px;
  }
  .detail .range {
    grid-template-columns: minmax(60px, 1fr) auto;
  }
  .detail .range > .mono {
    grid-column: 1 / 3;
  }
  .labels li {
    padding-left: 16px;
  }
  .labels li.nested {
    padding-left: 26px;
  }
  .labels .second {
    display: none;
  }
  .legend {
    margin: 0;
  }
}
@media (max-width: 460px) {
  nav a:not([href^='#/problems']) .count {
    display: none;
  }
  .tiles a {
    min-width: 0;
  }
}
`;
export const script = `var n;
var t;
var r;
var u;
var i;
var f;
var o;
var e;
var l;
var c;
var a;
var s;
var h = /* @__PURE__ */ Symbol.for("pv");
var p = {};
var y = [];
var v = /^m(i|n|o|s|text|space)$/;
var w = Array.isArray;
var d = y.slice;
var _ = Object.assign;
function g(n3) {
  n3 && n3.parentNode && n3.remove();
}
function k(n3, t4, r4) {
  var u4, i4, f5, o5 = {}, e4 = arguments.length;
  for (f5 in t4) "key" == f5 ? u4 = t4[f5] : "ref" == f5 && "function" != typeof n3 ? i4 = t4[f5] : o5[f5] = t4[f5];
  return e4 > 2 && (o5.children = e4 > 3 ? d.call(arguments, 2) : r4), m(n3, o5, u4, i4, null);
}
function m(r4, u4, i4, f5, o5) {
  var e4 = { type: r4, props: u4, key: i4, ref: f5, __k: null, __: null, __b: 0, __e: null, __c: null, constructor: h, __v: o5 || ++t, __i: -1, __u: 0 };
  return !o5 && n.vnode && n.vnode(e4), e4;
}
function $(n3) {
  return n3.children;
}
function x(n3, t4) {
  this.props = n3, this.context = t4, this.__g = 0;
}
function S(n3, t4) {
  if (null == t4) return n3.__ && S(n3.__, n3.__i + 1);
  for (var r4; t4 < n3.__k.length; t4++) if ((r4 = n3.__k[t4]) && r4.__e) return r4.__e;
  return "function" != typeof n3.type || n3.props.__P ? null : S(n3);
}
function C(t4) {
  var r4, u4 = t4.__v, i4 = u4.__e, f5 = [], o5 = [], e4 = t4.__P;
  e4 && ((r4 = _({ constructor: h }, u4)).__v = u4.__v + 1, n.vnode && n.vnode(r4), z(e4, r4, u4, t4.__n, e4.namespaceURI, 32 & u4.__u ? [i4] : null, f5, i4 || S(u4), 32 & u4.__u, o5), r4.__v = u4.__v, r4.__.__k[r4.__i] = r4, E(f5, r4, o5), u4.__ = u4.__e = null, r4.__e != i4 && j(r4));
}
function j(n3) {
  if ((n3 = n3.__) && n3.__c && !n3.props.__P) return n3.__e = null, n3.__k.some(function(t4) {
    return t4 && (n3.__e = t4.__e);
  }), j(n3);
}
function L(t4) {
  (8 & t4.__g || (t4.__g |= 8, u.push(t4), f++)) && i == n.debounceRendering || ((i = n.debounceRendering) || queueMicrotask)(H);
}
function H() {
  try {
    for (var n3, t4 = 1; u.length; ) u.length > t4 && u.sort(o), n3 = u.shift(), t4 = u.length, 8 & n3.__g && C(n3);
  } finally {
    (f = u.length) && (i || queueMicrotask)(H);
  }
}
function I(n3, t4, r4, u4, i4, f5, o5, e4, l4, c4, a5) {
  var s4, h5, v4, w5, d5, _4, g5 = u4.__k || y, k4 = t4.length;
  for (l4 = q(r4, t4, g5, l4, k4), s4 = 0; s4 < k4; s4++) null != (v4 = r4.__k[s4]) && (h5 = ~v4.__i && g5[v4.__i] || p, v4.__i = s4, _4 = z(n3, v4, h5, i4, f5, o5, e4, l4, c4, a5), w5 = v4.__e, (h5.ref != v4.ref || 8 & h5.__u) && (h5.ref && G(h5.ref, null, v4, h5), v4.ref && a5.push(v4.ref, v4.__c || w5, v4)), d5 = d5 || w5, 4 & v4.__u ? (l4 = A(v4, l4, n3, !h5.__v), h5.__e && (h5.__e = null)) : "function" == typeof v4.type && void 0 !== _4 ? l4 = _4 : w5 && (l4 = w5.nextSibling), v4.__u &= -21);
  return r4.__e = d5, l4;
}
function q(n3, t4, r4, u4, i4) {
  var f5, o5, e4, l4, c4, a5, s4, p5, y5, v4 = r4.length, d5 = v4, _4 = 0, g5 = 0, k4 = n3.__k = Array(i4);
  for (f5 = 0; f5 < i4; f5++) null != (o5 = t4[f5]) && "boolean" != typeof o5 && "function" != typeof o5 ? ("object" != typeof o5 || o5.constructor === String ? o5 = k4[f5] = m(null, o5) : w(o5) ? o5 = k4[f5] = m($, { children: o5 }) : o5.constructor === h && o5.__b ? o5 = k4[f5] = m(o5.type, o5.props, o5.key, o5.ref, o5.__v) : k4[f5] = o5, l4 = f5 + _4, o5.__ = n3, o5.__b = n3.__b + 1, e4 = null, ~(c4 = o5.__i = P(o5, r4, l4, d5)) && (d5--, (e4 = r4[c4]) && (e4.__u |= 2)), e4 && e4.__v ? (o5.__u |= 16, c4 == l4 - 1 ? _4-- : c4 == l4 + 1 ? _4++ : c4 != l4 && (c4 > l4 ? _4-- : _4++, g5 = 1)) : (~c4 || (i4 > v4 ? _4-- : i4 < v4 && _4++), "function" != typeof o5.type && (o5.__u |= 4))) : k4[f5] = null;
  if (g5) {
    for (a5 = [], s4 = [], f5 = 0; f5 < i4; f5++) if ((o5 = k4[f5]) && 16 & o5.__u) {
      for (_4 = 0, p5 = a5.length; _4 < p5; ) a5[y5 = _4 + p5 >> 1] < o5.__i ? _4 = y5 + 1 : p5 = y5;
      a5[_4] = o5.__i, s4[f5] = _4 + 1;
    }
    for (_4 = a5.length; f5--; ) s4[f5] && (s4[f5] == _4 ? _4-- : k4[f5].__u |= 4);
  }
  if (d5) for (f5 = 0; f5 < v4; f5++) !(e4 = r4[f5]) || 2 & e4.__u || (e4.__e == u4 && (u4 = S(e4)), J(e4, e4));
  return u4;
}
function A(n3, t4, r4, u4) {
  var i4, f5, o5, e4;
  if ("function" == typeof n3.type) {
    if (n3.props.__P) return t4;
    if (i4 = n3.__k) for (f5 = 0; f5 < i4.length; f5++) i4[f5] && (i4[f5].__ = n3, t4 = A(i4[f5], t4, r4, false));
    return t4;
  }
  for (t4 && !t4.parentNode && (t4 = S(n3)) && !t4.parentNode && (t4 = null), o5 = n3.__e, e4 = t4; e4 && 8 == e4.nodeType; ) e4 = e4.nextSibling;
  for (o5 != e4 && (!u4 && r4.moveBefore && o5.parentNode ? r4.moveBefore(o5, t4) : r4.insertBefore(o5, t4 || null)), t4 = o5; (t4 = t4 && t4.nextSibling) && 8 == t4.nodeType && !t4.data.startsWith("$s"); ) ;
  return t4;
}
function P(n3, t4, r4, u4) {
  var i4, f5 = n3.key, o5 = n3.type, e4 = t4[r4], l4 = e4 && !(2 & e4.__u);
  if (null === e4 && null == f5 || l4 && f5 == e4.key && o5 == e4.type) return r4;
  if (u4 > (l4 ? 1 : 0)) {
    for (i4 = r4 - 1; i4 >= 0; i4--) if ((e4 = t4[i4]) && !(2 & e4.__u) && f5 == e4.key && o5 == e4.type) return i4;
    for (i4 = r4 + 1; i4 < t4.length; i4++) if ((e4 = t4[i4]) && !(2 & e4.__u) && f5 == e4.key && o5 == e4.type) return i4;
  }
  return -1;
}
function T(n3, t4, r4) {
  null == r4 && (r4 = ""), "-" == t4[0] ? n3.setProperty(t4, r4) : n3[t4] = r4;
}
function N(n3, t4, r4, u4, i4) {
  var f5, o5;
  if ("style" == t4) if ("string" == typeof r4) n3.style.cssText = r4;
  else {
    if ("string" == typeof u4 && (n3.style.cssText = u4 = ""), u4) for (t4 in u4) r4 && t4 in r4 || T(n3.style, t4);
    if (r4) for (t4 in r4) u4 && r4[t4] == u4[t4] || T(n3.style, t4, r4[t4]);
  }
  else if ("o" == t4[0] && "n" == t4[1]) "function" != typeof r4 && (r4 = null), "function" != typeof u4 && (u4 = null), (n3.__e || (n3.__e = {}))[t4] = r4, r4 && u4 || (o5 = a[t4] || (a[t4] = V(t4)), (n3.__a || (n3.__a = {}))[t4] = c, f5 = t4 != (t4 = t4.replace(l, "$1")), (t4 = t4.slice(2))[0] < "a" && (t4 = t4.toLowerCase()), r4 ? n3.addEventListener(t4, o5, f5) : n3.removeEventListener(t4, o5, f5));
  else {
    if ("http://www.w3.org/2000/svg" == i4) t4 = t4.replace(/xlink(H|:h)/, "h").replace(/sName$/, "s");
    else if ("width" != t4 && "height" != t4 && "href" != t4 && "list" != t4 && "form" != t4 && "tabIndex" != t4 && "download" != t4 && "rowSpan" != t4 && "colSpan" != t4 && "role" != t4 && "popover" != t4 && t4 in n3) try {
      return void (n3[t4] = null == r4 ? "" : r4);
    } catch (n4) {
    }
    if ("function" == typeof r4) return;
    null == r4 || false === r4 && "-" != t4[4] ? n3.removeAttribute(t4) : n3.setAttribute(t4, "popover" == t4 && 1 == r4 ? "" : r4);
  }
}
function V(t4) {
  return function(r4) {
    var u4 = this.__e;
    if (u4) {
      if (u4 = u4[t4], null == r4[e]) r4[e] = c++;
      else if (r4[e] < this.__a[t4]) return;
      return u4(n.event ? n.event(r4) : r4);
    }
  };
}
function z(t4, r4, u4, i4, f5, o5, e4, l4, c4, a5) {
  var s4, p5, v4, d5, k4, b3, m5, M2, C3, j3, L2, H2, q2, A4, O2, P2, T4, N2, V2 = r4.type;
  if (r4.constructor !== h) return null;
  128 & u4.__u && (c4 = 32 & u4.__u, s4 = u4.__c.__z) && (r4.__u |= c4, p5 = o5 = [], 8 == s4.nodeType ? l4 = B(s4, o5) : o5.push(s4), l4 = o5[0] || l4), (s4 = n.__b) && s4(r4);
  n: if ("function" == typeof V2) {
    v4 = e4.length;
    try {
      if (M2 = r4.props, C3 = (s4 = V2.prototype) && s4.render, j3 = (s4 = V2.contextType) && i4[s4.__c], L2 = s4 ? j3 ? j3.props.value : s4.__ : i4, (d5 = u4.__c) ? (r4.__c = d5, 2 & d5.__g && (d5.__g |= 1)) : (C3 ? r4.__c = d5 = new V2(M2, L2) : (r4.__c = d5 = new x(M2, L2), d5.constructor = V2, d5.render = K), j3 && j3.sub(d5), d5.state || (d5.state = {}), d5.__n = i4, d5.__g |= 8, d5.__h = [], d5.__k = []), C3 && (d5.__s || (d5.__s = d5.state), V2.getDerivedStateFromProps && (d5.__s == d5.state && (d5.__s = _({}, d5.__s)), _(d5.__s, V2.getDerivedStateFromProps(M2, d5.__s)))), k4 = d5.props, b3 = d5.state, d5.__v = r4, u4.__c) {
        if (M2 !== k4 && C3 && !V2.getDerivedStateFromProps && d5.componentWillReceiveProps && d5.componentWillReceiveProps(M2, L2), r4.__v == u4.__v && !(8 & d5.__g) || !(4 & d5.__g) && d5.shouldComponentUpdate && false === d5.shouldComponentUpdate(M2, d5.__s, L2)) {
          r4.__v != u4.__v && (d5.props = M2, d5.state = d5.__s, d5.__g &= -9), r4.__e = u4.__e, r4.__k = u4.__k, r4.__k.some(function(n3) {
            n3 && (n3.__ = r4);
          }), y.push.apply(d5.__h, d5.__k), d5.__k = [], d5.__h.length && e4.push(d5), l4 = S(u4);
          break n;
        }
        d5.componentWillUpdate && d5.componentWillUpdate(M2, d5.__s, L2), C3 && d5.componentDidUpdate && d5.__h.push(function() {
          d5.componentDidUpdate(k4, b3, m5);
        });
      } else C3 && !V2.getDerivedStateFromProps && d5.componentWillMount && d5.componentWillMount(), C3 && d5.componentDidMount && d5.__h.push(d5.componentDidMount);
      d5.context = L2, d5.props = M2, d5.__P = t4, d5.__g &= -5, H2 = n.__r, q2 = C3 ? 25 : 0;
      do {
        d5.__g &= -9, H2 && H2(r4), s4 = d5.render(d5.props, d5.state = d5.__s, d5.context);
      } while (8 & d5.__g && ++q2 < 25);
      C3 && (y.push.apply(d5.__h, d5.__k), d5.__k = []), d5.state = d5.__s, d5.getChildContext && (i4 = _({}, i4, d5.getChildContext())), C3 && u4.__c && d5.getSnapshotBeforeUpdate && (m5 = d5.getSnapshotBeforeUpdate(k4, b3)), A4 = s4 && s4.type === $ && null == s4.key ? s4.props.children : s4, M2.__P && (s4 = l4, f5 = (t4 = M2.__P).namespaceURI, c4 = o5 = null, u4.props && u4.props.__P != t4 && (u4.__k.some(function(n3) {
        n3 && J(n3, n3);
      }), u4.__k = null), l4 = u4.__k ? S(u4, 0) : null), l4 = I(t4, w(A4) ? A4 : [A4], r4, u4, i4, f5, o5, e4, l4, c4, a5), M2.__P && (r4.__e = null, l4 = s4), r4.__u &= -161, p5 && p5.some(g), d5.__h.length && e4.push(d5), 1 & d5.__g && (d5.__g &= -4);
    } catch (t5) {
      if (e4.length = v4, r4.__v = null, c4 || o5) if (t5 && t5.then) {
        if (r4.__u |= 128 | c4, o5) {
          for (~(T4 = o5.indexOf(l4 || void 0)) || (T4 = o5.length); (N2 = o5[T4 - 1]) && 8 == N2.nodeType; ) T4--;
          for (; T4 < o5.length; T4++) if (N2 = o5[T4]) if (o5[T4] = null, O2) {
            if (N2 == P2) break;
          } else {
            if (8 != N2.nodeType) break;
            N2.data.startsWith("$s") && (P2 = B(O2 = N2));
          }
        }
        if (!O2) {
          for (; l4 && 8 == l4.nodeType && l4.nextSibling; ) l4 = l4.nextSibling;
          O2 = l4;
        }
        (s4 = B(O2 = r4.__c.__z || (r4.__c.__z = O2))) ? (r4.__e = O2, l4 = s4) : r4.__e = l4, l4 = l4 && l4.nextSibling;
      } else o5 && o5.some(g);
      else r4.__e = u4.__e;
      r4.__k || (r4.__k = u4.__k || []), t5 && t5.then || D(r4), n.__e(t5, r4, u4);
    }
  } else l4 = r4.__e = F(u4.__e, r4, u4, i4, f5, o5, e4, c4, a5, t4);
  return (s4 = n.diffed) && s4(r4), l4;
}
function B(n3, t4) {
  if (n3 && 8 == n3.nodeType && n3.data.startsWith("$s")) for (var r4 = 1; n3 = n3.nextSibling; ) {
    if (8 == n3.nodeType) {
      if (n3.data.startsWith("$s")) r4++;
      else if (n3.data.startsWith("/$s") && !--r4) return n3;
    }
    t4 && t4.push(n3);
  }
}
function D(n3) {
  n3 && (n3.__c && (n3.__c.__g |= 4), n3.__k && n3.__k.some(D));
}
function E(t4, r4, u4) {
  for (var i4 = 0; i4 < u4.length; ) G(u4[i4++], u4[i4++], u4[i4++]);
  n.__c && n.__c(r4, t4), t4.some(function(r5) {
    try {
      t4 = r5.__h, r5.__h = [], t4.some(function(n3) {
        n3.call(r5);
      });
    } catch (t5) {
      n.__e(t5, r5.__v);
    }
  });
}
function F(t4, r4, u4, i4, f5, o5, e4, l4, c4, a5) {
  var s4, h5, y5, _4, k4, b3, m5, M2, $2 = u4.props || p, x3 = r4.props, C3 = r4.type;
  if ("svg" == C3 ? f5 = "http://www.w3.org/2000/svg" : "math" == C3 ? f5 = "http://www.w3.org/1998/Math/MathML" : f5 || (f5 = "http://www.w3.org/1999/xhtml"), o5) {
    for (s4 = 0; s4 < o5.length; s4++) if ((k4 = o5[s4]) && (C3 ? k4.localName == C3 : 3 == k4.nodeType)) {
      t4 = k4, o5[s4] = null;
      break;
    }
  }
  if (!t4) {
    if (M2 = a5.ownerDocument || document, !C3) return M2.createTextNode(x3);
    t4 = M2.createElementNS(f5, C3, x3.is ? x3 : a5), l4 && (n.__m && n.__m(r4, o5), l4 = false), o5 = null;
  }
  if (C3) {
    if (a5 = "template" == C3 && t4.content || t4, o5 = "textarea" == C3 && null != x3.defaultValue ? null : o5 && d.call(a5.childNodes), !l4 && o5) for ($2 = {}, s4 = 0; s4 < t4.attributes.length; s4++) $2[(k4 = t4.attributes[s4]).name] = k4.value;
    for (s4 in $2) k4 = $2[s4], "dangerouslySetInnerHTML" == s4 ? y5 = k4 : "children" == s4 || s4 in x3 || "value" == s4 && "defaultValue" in x3 || "checked" == s4 && "defaultChecked" in x3 || N(t4, s4, null, k4, f5);
    for (s4 in x3) k4 = x3[s4], "children" == s4 ? _4 = k4 : "dangerouslySetInnerHTML" == s4 ? h5 = k4 : "value" == s4 ? b3 = k4 : "checked" == s4 ? m5 = k4 : l4 && "function" != typeof k4 || $2[s4] === k4 || N(t4, s4, k4, $2[s4], f5);
    h5 ? (l4 || y5 && (h5.__html == y5.__html || h5.__html == t4.innerHTML) || (t4.innerHTML = h5.__html), r4.__k = []) : (y5 && (t4.textContent = ""), ("foreignObject" == C3 || "http://www.w3.org/1998/Math/MathML" == f5 && v.test(C3)) && (f5 = "http://www.w3.org/1999/xhtml"), I(a5, w(_4) ? _4 : [_4], r4, u4, i4, f5, o5, e4, o5 ? o5[0] : u4.__k && S(u4, 0), l4, c4), o5 && o5.some(g)), l4 && "textarea" != C3 || (s4 = "value", "progress" == C3 && null == b3 ? t4.removeAttribute(s4) : null == b3 || b3 === t4[s4] && ("progress" != C3 || b3) || N(t4, s4, b3, $2[s4], f5), s4 = "checked", null != m5 && m5 != t4[s4] && N(t4, s4, m5, $2[s4], f5));
  } else $2 === x3 || l4 && t4.data == x3 || (t4.data = x3);
  return t4;
}
function G(t4, r4, u4, i4) {
  try {
    "function" == typeof t4 ? r4 ? r4.__x = t4(r4) || 1 : i4 && (i4 = i4.__c || i4.__e) && (r4 = i4.__x) && (i4.__x = null, "function" == typeof r4 ? r4() : t4(null)) : t4.current = r4;
  } catch (t5) {
    n.__e(t5, u4);
  }
}
function J(t4, r4, u4) {
  var i4, f5, o5, e4;
  if (n.unmount && n.unmount(t4), !(i4 = t4.ref) || i4.current && i4.current != t4.__e || G(i4, null, r4, t4), i4 = t4.__c) {
    if (i4.componentWillUnmount) try {
      i4.componentWillUnmount();
    } catch (t5) {
      n.__e(t5, r4);
    }
    i4.__P = i4.__n = null;
  }
  if (i4 = t4.__k) for (e4 = 0; e4 < i4.length; e4++) i4[e4] && J(i4[e4], r4, "function" != typeof t4.type || u4 && !t4.props.__P);
  !u4 && (i4 = t4.__c) && (i4 = i4.__z) && (f5 = B(i4, o5 = [])) && (i4 == t4.__e && o5.some(g), g(f5), g(i4)), u4 || g(t4.__e), t4.__e = t4.__c = t4.__ = null;
}
function K(n3, t4, r4) {
  return this.constructor(n3, r4);
}
function Q(t4, r4) {
  var u4, i4, f5, o5;
  n.__ && n.__(t4, r4), 9 == r4.nodeType && (r4 = r4.documentElement), i4 = (u4 = t4 && 32 & t4.__u) ? null : r4.__k, r4.__k = m($, { children: [t4] }), f5 = [], o5 = [], z(r4, r4.__k, i4 || p, p, r4.namespaceURI, i4 ? null : r4.firstChild ? d.call(r4.childNodes) : null, f5, i4 ? i4.__e : r4.firstChild, u4, o5), E(f5, r4.__k, o5), r4.__k.props.children = null;
}
n = { __e: function(n3, t4, r4, u4) {
  for (var i4, o5, e4; t4 = t4.__; ) if ((i4 = t4.__c) && !(1 & i4.__g)) {
    i4.__g |= 4;
    try {
      if ((e4 = (o5 = i4.constructor) && o5.getDerivedStateFromError) && i4.setState(o5.getDerivedStateFromError(n3)), i4.componentDidCatch && (i4.componentDidCatch(n3, u4 || {}), e4 = 1), e4 && 8 & i4.__g) return void (i4.__g |= 2);
    } catch (t5) {
      n3 = t5;
    }
  }
  throw f = 0, n3;
} }, t = 0, r = function(n3) {
  return null != n3 && n3.constructor === h;
}, x.prototype.setState = function(n3, t4) {
  var r4 = this.__s;
  r4 && r4 != this.state || (r4 = this.__s = _({}, this.state)), "function" == typeof n3 && (n3 = n3(_({}, r4), this.props)), n3 && (_(r4, n3), this.__v && (t4 && this.__k.push(t4), L(this)));
}, x.prototype.forceUpdate = function(n3) {
  this.__v && (this.__g |= 4, n3 && this.__h.push(n3), L(this));
}, x.prototype.render = $, u = [], f = 0, o = function(n3, t4) {
  return n3.__v.__b - t4.__v.__b;
}, e = /* @__PURE__ */ Symbol(), l = /(PointerCapture)$|Capture$/i, c = 0, a = {}, s = 0;
var t2;
var r2;
var u2;
var i2;
var o2 = Object.is;
var f2 = 0;
var c2 = [];
var e2 = [];
var a2 = n;
var v2 = a2.__b;
var l2 = a2.__r;
var m2 = a2.diffed;
var h2 = a2.__c;
var s2 = a2.unmount;
var p2 = a2.__;
function y2(n3, t4) {
  a2.__h && a2.__h(r2, n3, f2 || t4), f2 = 0;
  var u4 = r2.__H || (r2.__H = { __: [], __h: [] });
  return n3 >= u4.__.length && u4.__.push({}), u4.__[n3];
}
function d2(n3) {
  return f2 = 1, _2(G2, n3);
}
function _2(n3, u4, i4) {
  var f5 = y2(t2++, 2);
  if (f5.t = n3, !f5.__c && (f5.__ = [i4 ? i4(u4) : G2(void 0, u4), function(n4) {
    var t4 = (f5.__N || f5.__)[0], r4 = f5.t(t4, n4);
    o2(t4, r4) || (f5.__N = [r4, f5.__[1]], f5.__c.setState({}));
  }], f5.__c = r2, !r2.__f)) {
    r2.__f = true;
    var c4 = r2.shouldComponentUpdate;
    r2.shouldComponentUpdate = function(n4, t4, r4) {
      var u5 = this.__H;
      if (!u5) return true;
      var i5 = false, f6 = this.props != n4;
      if (u5.__.some(function(n5) {
        n5.__N && (i5 = true, o2(n5.__[0], n5.__N[0]) || (f6 = true));
      }), c4) {
        var e4 = c4.call(this, n4, t4, r4);
        return i5 ? e4 || f6 : e4;
      }
      return !i5 || f6;
    };
  }
  return f5.__;
}
function A2(n3, u4) {
  var i4 = y2(t2++, 3);
  !a2.__s && E2(i4.__H, u4) && (i4.__P = true, i4.__ = n3, i4.u = u4, r2.__H.__h.push(i4));
}
function F2(n3, u4) {
  var i4 = y2(t2++, 4);
  !a2.__s && E2(i4.__H, u4) && (i4.__P = false, i4.__ = n3, i4.u = u4, r2.__h.push(i4));
}
function T2(n3) {
  return f2 = 5, w2(function() {
    return { current: n3 };
  }, []);
}
function w2(n3, r4) {
  var u4 = y2(t2++, 7);
  return E2(u4.__H, r4) && (u4.__ = n3(), u4.__H = r4), u4.__;
}
function g2() {
  var n3;
  do {
    for (; n3 = e2.shift(); ) try {
      C2(n3);
    } catch (t5) {
      a2.__e(t5, { __: (n3 = n3.__P) && n3.__v });
    }
    for (; n3 = c2.shift(); ) {
      var t4 = n3.__H;
      if (n3.__P && t4) try {
        t4.__h.some(C2), t4.__h.some(D2), t4.__h = [];
      } catch (r4) {
        t4.__h = [], a2.__e(r4, n3.__v);
      }
    }
  } while (e2.length);
}
a2.__b = function(n3) {
  r2 = null, v2 && v2(n3);
}, a2.__ = function(n3, t4) {
  n3 && t4.__k && t4.__k.__m && (n3.__m = t4.__k.__m), p2 && p2(n3, t4);
}, a2.__r = function(n3) {
  l2 && l2(n3), t2 = 0;
  var i4 = (r2 = n3.__c).__H;
  i4 && (u2 == r2 ? r2.__h = [] : (i4.__h.some(C2), i4.__h.some(D2), t2 = 0), i4.__h = [], i4.__.some(function(n4) {
    n4.__N && (n4.__ = n4.__N), n4.u = n4.__N = void 0;
  })), u2 = r2;
}, a2.diffed = function(n3) {
  m2 && m2(n3);
  var t4 = n3.__c;
  t4 && t4.__H && (t4.__H.__h.length && B2(c2.push(t4)), t4.__H.__.some(function(n4) {
    n4.u && (n4.__H = n4.u);
  })), u2 = r2 = null;
}, a2.__c = function(n3, t4) {
  t4.some(function(n4) {
    try {
      n4.__h.some(C2), n4.__h = n4.__h.filter(function(n5) {
        return !n5.__ || D2(n5);
      });
    } catch (t5) {
      n4.__h = [function() {
        throw t5;
      }];
    }
  }), h2 && h2(n3, t4);
}, a2.unmount = function(n3) {
  s2 && s2(n3);
  var t4, r4, u4 = n3.__c;
  u4 && u4.__H && (u4.__H.__.some(function(u5) {
    try {
      if (u5.__P && u5.__c) {
        if (void 0 === r4) {
          for (r4 = n3.__; r4 && (!r4.__c || !r4.__c.__P); ) r4 = r4.__;
          r4 = r4 && r4.__c;
        }
        u5.__P = r4, B2(e2.push(u5));
      } else C2(u5);
    } catch (n4) {
      t4 = n4;
    }
  }), u4.__H = void 0, t4 && a2.__e(t4, u4.__v));
};
var k2 = "function" == typeof requestAnimationFrame;
function z2(n3) {
  var t4, r4 = function() {
    clearTimeout(u4), k2 && cancelAnimationFrame(t4), setTimeout(n3);
  }, u4 = setTimeout(r4, 35);
  k2 && (t4 = requestAnimationFrame(r4));
}
function B2(n3) {
  1 != n3 && i2 == a2.requestAnimationFrame || ((i2 = a2.requestAnimationFrame) || z2)(g2);
}
function C2(n3) {
  var t4 = r2, u4 = n3.__c;
  "function" == typeof u4 && (n3.__c = void 0, u4()), r2 = t4;
}
function D2(n3) {
  var t4 = r2;
  n3.__c = n3.__(), r2 = t4;
}
function E2(n3, t4) {
  return !n3 || n3.length != t4.length || t4.some(function(t5, r4) {
    return !o2(t5, n3[r4]);
  });
}
function G2(n3, t4) {
  return "function" == typeof t4 ? t4(n3) : t4;
}
var i3 = /* @__PURE__ */ Symbol.for("preact-signals");
function t3() {
  if (!(v3 > 1)) {
    var i4, t4 = false;
    !(function() {
      var i5 = c3;
      c3 = void 0;
      while (void 0 !== i5) {
        var t5 = i5.S;
        if (t5.v === i5.v) {
          for (var r5 = t5.t; void 0 !== r5; r5 = r5.x) if (r5.i === i5.i) r5.i = t5.i;
        }
        i5 = i5.o;
      }
    })();
    while (void 0 !== h3) {
      var r4 = h3;
      h3 = void 0;
      s3++;
      while (void 0 !== r4) {
        var n3 = r4.u;
        r4.u = void 0;
        r4.f &= -3;
        if (!(8 & r4.f) && w3(r4)) try {
          r4.c();
        } catch (r5) {
          if (!t4) {
            i4 = r5;
            t4 = true;
          }
        }
        r4 = n3;
      }
    }
    s3 = 0;
    v3--;
    if (t4) throw i4;
  } else v3--;
}
function r3(i4) {
  if (v3 > 0) return i4();
  u3 = ++e3;
  v3++;
  try {
    return i4();
  } finally {
    t3();
  }
}
var n2;
var o3 = void 0;
function f3(i4) {
  var t4 = o3, r4 = n2;
  o3 = void 0;
  n2 = void 0;
  try {
    return i4();
  } finally {
    o3 = t4;
    n2 = r4;
  }
}
var h3 = void 0;
var v3 = 0;
var s3 = 0;
var e3 = 0;
var u3 = 0;
var c3 = void 0;
var a3 = 0;
function d3(i4) {
  if (void 0 !== o3) {
    var t4 = i4.n;
    if (void 0 === t4 || t4.t !== o3) {
      t4 = { i: 0, S: i4, p: o3.s, n: void 0, t: o3, e: void 0, x: void 0, r: t4 };
      if (void 0 !== o3.s) o3.s.n = t4;
      o3.s = t4;
      i4.n = t4;
      if (32 & o3.f) i4.S(t4);
      return t4;
    } else if (-1 === t4.i) {
      t4.i = 0;
      if (void 0 !== t4.n) {
        t4.n.p = t4.p;
        if (void 0 !== t4.p) t4.p.n = t4.n;
        t4.p = o3.s;
        t4.n = void 0;
        o3.s.n = t4;
        o3.s = t4;
      }
      return t4;
    }
  }
}
function l3(i4, t4) {
  this.v = i4;
  this.i = 0;
  this.n = void 0;
  this.t = void 0;
  this.l = 0;
  this.W = null == t4 ? void 0 : t4.watched;
  this.Z = null == t4 ? void 0 : t4.unwatched;
  this.name = null == t4 ? void 0 : t4.name;
}
l3.prototype.brand = i3;
l3.prototype.h = function() {
  return true;
};
l3.prototype.S = function(i4) {
  var t4 = this, r4 = this.t;
  if (r4 !== i4 && void 0 === i4.e) {
    i4.x = r4;
    this.t = i4;
    if (void 0 !== r4) r4.e = i4;
    else f3(function() {
      var i5;
      null == (i5 = t4.W) || i5.call(t4);
    });
  }
};
l3.prototype.U = function(i4) {
  var t4 = this;
  if (void 0 !== this.t) {
    var r4 = i4.e, n3 = i4.x;
    if (void 0 !== r4) {
      r4.x = n3;
      i4.e = void 0;
    }
    if (void 0 !== n3) {
      n3.e = r4;
      i4.x = void 0;
    }
    if (i4 === this.t) {
      this.t = n3;
      if (void 0 === n3) f3(function() {
        var i5;
        null == (i5 = t4.Z) || i5.call(t4);
      });
    }
  }
};
l3.prototype.subscribe = function(i4) {
  var t4 = this;
  return x2(function() {
    var r4 = t4.value;
    f3(function() {
      return i4(r4);
    });
  }, { name: "sub" });
};
l3.prototype.valueOf = function() {
  return this.value;
};
l3.prototype.toString = function() {
  return this.value + "";
};
l3.prototype.toJSON = function() {
  return this.value;
};
l3.prototype.peek = function() {
  var i4 = this;
  return f3(function() {
    return i4.value;
  });
};
Object.defineProperty(l3.prototype, "value", { get: function() {
  var i4 = d3(this);
  if (void 0 !== i4) i4.i = this.i;
  return this.v;
}, set: function(i4) {
  if (i4 !== this.v) {
    if (s3 > 100) throw new Error("Cycle detected");
    !(function(i5) {
      if (0 !== v3 && 0 === s3) {
        if (i5.l !== u3) {
          i5.l = u3;
          c3 = { S: i5, v: i5.v, i: i5.i, o: c3 };
        }
      }
    })(this);
    this.v = i4;
    this.i++;
    a3++;
    v3++;
    try {
      for (var r4 = this.t; void 0 !== r4; r4 = r4.x) r4.t.N();
    } finally {
      t3();
    }
  }
} });
function y3(i4, t4) {
  return new l3(i4, t4);
}
function w3(i4) {
  for (var t4 = i4.s; void 0 !== t4; t4 = t4.n) if (t4.S.i !== t4.i || !t4.S.h() || t4.S.i !== t4.i) return true;
  return false;
}
function b(i4) {
  for (var t4 = i4.s; void 0 !== t4; t4 = t4.n) {
    var r4 = t4.S.n;
    if (void 0 !== r4) t4.r = r4;
    t4.S.n = t4;
    t4.i = -1;
    if (void 0 === t4.n) {
      i4.s = t4;
      break;
    }
  }
}
function _3(i4) {
  var t4 = i4.s, r4 = void 0;
  while (void 0 !== t4) {
    var n3 = t4.p;
    if (-1 === t4.i) {
      t4.S.U(t4);
      if (void 0 !== n3) n3.n = t4.n;
      if (void 0 !== t4.n) t4.n.p = n3;
    } else r4 = t4;
    t4.S.n = t4.r;
    if (void 0 !== t4.r) t4.r = void 0;
    t4 = n3;
  }
  i4.s = r4;
}
function j2(i4, t4) {
  l3.call(this, void 0, t4);
  this.x = i4;
  this.s = void 0;
  this.g = a3 - 1;
  this.f = 4;
}
j2.prototype = new l3();
j2.prototype.h = function() {
  this.f &= -3;
  if (1 & this.f) return false;
  if (32 == (36 & this.f)) return true;
  this.f &= -5;
  if (this.g === a3) return true;
  this.g = a3;
  this.f |= 1;
  if (this.i > 0 && !w3(this)) {
    this.f &= -2;
    return true;
  }
  var i4 = o3;
  try {
    b(this);
    o3 = this;
    var t4 = this.x();
    if (16 & this.f || this.v !== t4 || 0 === this.i) {
      this.v = t4;
      this.f &= -17;
      this.i++;
    }
  } catch (i5) {
    this.v = i5;
    this.f |= 16;
    this.i++;
  }
  o3 = i4;
  _3(this);
  this.f &= -2;
  return true;
};
j2.prototype.S = function(i4) {
  if (void 0 === this.t) {
    this.f |= 36;
    for (var t4 = this.s; void 0 !== t4; t4 = t4.n) t4.S.S(t4);
  }
  l3.prototype.S.call(this, i4);
};
j2.prototype.U = function(i4) {
  if (void 0 !== this.t) {
    l3.prototype.U.call(this, i4);
    if (void 0 === this.t) {
      this.f &= -33;
      for (var t4 = this.s; void 0 !== t4; t4 = t4.n) t4.S.U(t4);
    }
  }
};
j2.prototype.N = function() {
  if (!(2 & this.f)) {
    this.f |= 6;
    for (var i4 = this.t; void 0 !== i4; i4 = i4.x) i4.t.N();
  }
};
Object.defineProperty(j2.prototype, "value", { get: function() {
  if (1 & this.f) throw new Error("Cycle detected");
  var i4 = d3(this);
  this.h();
  if (void 0 !== i4) i4.i = this.i;
  if (16 & this.f) throw this.v;
  return this.v;
} });
function O(i4, t4) {
  return new j2(i4, t4);
}
function p3(i4) {
  var r4 = i4.j;
  i4.j = void 0;
  if ("function" == typeof r4) {
    v3++;
    var n3 = o3;
    o3 = void 0;
    try {
      r4();
    } catch (t4) {
      i4.f &= -2;
      i4.f |= 8;
      g3(i4);
      throw t4;
    } finally {
      o3 = n3;
      t3();
    }
  }
}
function g3(i4) {
  for (var t4 = i4.s; void 0 !== t4; t4 = t4.n) t4.S.U(t4);
  i4.x = void 0;
  i4.s = void 0;
  p3(i4);
}
function S2(i4) {
  if (o3 !== this) throw new Error("Out-of-order effect");
  _3(this);
  o3 = i4;
  this.f &= -2;
  try {
    if (8 & this.f) g3(this);
  } finally {
    t3();
  }
}
function m3(i4, t4) {
  this.x = i4;
  this.j = void 0;
  this.s = void 0;
  this.u = void 0;
  this.f = 32;
  this.name = null == t4 ? void 0 : t4.name;
  if (n2) n2.push(this);
}
m3.prototype.c = function() {
  var i4 = this.S();
  try {
    if (8 & this.f) return;
    if (void 0 === this.x) return;
    var t4 = this.x();
    if ("function" == typeof t4) this.j = t4;
  } finally {
    i4();
  }
};
m3.prototype.S = function() {
  if (1 & this.f) throw new Error("Cycle detected");
  this.f |= 1;
  this.f &= -9;
  p3(this);
  b(this);
  v3++;
  var i4 = o3;
  o3 = this;
  return S2.bind(this, i4);
};
m3.prototype.N = function() {
  if (!(2 & this.f)) {
    this.f |= 2;
    this.u = h3;
    h3 = this;
  }
};
m3.prototype.d = function() {
  this.f |= 8;
  if (!(1 & this.f)) g3(this);
};
m3.prototype.dispose = function() {
  this.d();
};
function x2(i4, t4) {
  var r4 = new m3(i4, t4);
  try {
    r4.c();
  } catch (i5) {
    r4.d();
    throw i5;
  }
  var n3 = r4.d.bind(r4);
  n3[Symbol.dispose] = n3;
  return n3;
}
var h4;
var d4;
var p4;
var m4 = "undefined" != typeof window && !!window.__PREACT_SIGNALS_DEVTOOLS__;
var g4 = [];
x2(function() {
  h4 = this.N;
})();
function b2(i4, n3) {
  n[i4] = n3.bind(null, n[i4] || function() {
  });
}
function y4(i4) {
  if (p4) {
    var n3 = p4;
    p4 = void 0;
    n3();
  }
  p4 = i4 && i4.S();
}
function w4(i4) {
  var n3 = this, r4 = i4.data, t4 = useSignal(r4);
  t4.name = "ReactiveDom";
  t4.value = r4;
  var e4 = w2(function() {
    var i5 = n3, r5 = n3.__v;
    while (r5 = r5.__) if (r5.__c) {
      r5.__c.__$f |= 4;
      break;
    }
    var o5 = O(function() {
      var i6 = t4.value.value;
      return 0 === i6 ? 0 : true === i6 ? "" : i6 || "";
    }), e5 = O(function() {
      return !Array.isArray(o5.value) && !r(o5.value);
    }), u5 = x2(function() {
      this.N = M;
      if (e5.value) {
        var n4 = o5.value;
        if (i5.__v && i5.__v.__e && 3 === i5.__v.__e.nodeType) i5.__v.__e.data = n4;
      }
    }), c5 = n3.__$u.d;
    n3.__$u.d = function() {
      u5();
      c5.call(this);
    };
    return [e5, o5];
  }, []), u4 = e4[0], c4 = e4[1];
  return u4.value ? c4.peek() : c4.value;
}
w4.displayName = "ReactiveTextNode";
Object.defineProperties(l3.prototype, { constructor: { configurable: true, value: k($, null).constructor }, type: { configurable: true, value: w4 }, props: { configurable: true, get: function() {
  var i4 = this;
  return { data: { get value() {
    return i4.value;
  } } };
} }, __b: { configurable: true, value: 1 } });
b2("__b", function(i4, n3) {
  y4();
  d4 = void 0;
  if ("string" == typeof n3.type) {
    var r4, t4 = n3.props;
    for (var f5 in t4) if ("children" !== f5) {
      var o5 = t4[f5];
      if (o5 instanceof l3) {
        if (!r4) n3.__np = r4 = {};
        r4[f5] = o5;
        t4[f5] = o5.peek();
      }
    }
  }
  i4(n3);
});
b2("__r", function(i4, r4) {
  i4(r4);
  if (r4.type !== $) {
    y4();
    var t4, f5 = r4.__c;
    if (f5) {
      f5.__$f &= -2;
      if (void 0 === (t4 = f5.__$u)) f5.__$u = t4 = (function(i5, n3) {
        var r5;
        x2(function() {
          r5 = this;
        }, { name: n3 });
        r5.c = i5;
        return r5;
      })(/* @__PURE__ */ (function(i5) {
        return function() {
          var n3;
          if (m4) null == (n3 = this.y) || n3.call(this);
          i5.__$f |= 1;
          i5.setState({});
        };
      })(f5), "function" == typeof r4.type ? r4.type.displayName || r4.type.name : "");
    }
    d4 = f5;
    y4(t4);
  }
});
b2("__e", function(i4, n3, r4, t4) {
  y4();
  d4 = void 0;
  i4(n3, r4, t4);
});
b2("diffed", function(i4, n3) {
  y4();
  d4 = void 0;
  var r4;
  if ("string" == typeof n3.type && (r4 = n3.__e)) {
    var t4 = n3.__np, f5 = n3.props, o5 = r4.U;
    if (o5) for (var e4 in o5) {
      var u4 = o5[e4];
      if (!(void 0 === u4 || t4 && e4 in t4)) {
        u4.d();
        o5[e4] = void 0;
      }
    }
    if (t4) {
      if (!o5) {
        o5 = {};
        r4.U = o5;
      }
      for (var a5 in t4) {
        var c4 = o5[a5], v4 = t4[a5];
        if (void 0 === c4) {
          c4 = k3(r4, a5, v4, f5);
          o5[a5] = c4;
        } else c4.o(v4, f5);
      }
    }
  }
  i4(n3);
});
function k3(i4, n3, r4, t4) {
  var f5 = n3 in i4 && void 0 === i4.ownerSVGElement, o5 = y3(r4);
  return { o: function(i5, n4) {
    o5.value = i5;
    t4 = n4;
  }, d: x2(function() {
    this.N = M;
    var r5 = o5.value.value;
    if (t4[n3] !== r5) {
      t4[n3] = r5;
      if (f5) i4[n3] = r5;
      else if (null != r5 && (false !== r5 || "-" === n3[4])) i4.setAttribute(n3, r5);
      else i4.removeAttribute(n3);
    }
  }) };
}
b2("unmount", function(i4, n3) {
  if ("string" == typeof n3.type) {
    var r4 = n3.__e;
    if (r4) {
      var t4 = r4.U;
      if (t4) {
        r4.U = void 0;
        for (var f5 in t4) {
          var o5 = t4[f5];
          if (o5) o5.d();
        }
      }
    }
    var e4 = n3.__np;
    if (e4) {
      var u4 = n3.props;
      for (var a5 in e4) u4[a5] = e4[a5];
    }
    n3.__np = void 0;
  } else {
    var c4 = n3.__c;
    if (c4) {
      c4.__$f |= 8;
      var v4 = c4.__$u;
      if (v4) {
        c4.__$u = void 0;
        v4.d();
      }
    }
  }
  i4(n3);
});
b2("__h", function(i4, n3, r4, t4) {
  if (t4 < 3) n3.__$f |= 2;
  i4(n3, r4, t4);
});
x.prototype.shouldComponentUpdate = function(i4, n3) {
  if (this.__R) return true;
  var r4 = this.__$u, t4 = r4 && void 0 !== r4.s;
  for (var f5 in n3) return true;
  if (this.__f || "boolean" == typeof this.u && true === this.u) {
    var o5 = 2 & this.__$f;
    if (!(t4 || o5 || 4 & this.__$f)) return true;
    if (1 & this.__$f) return true;
  } else {
    if (!(t4 || 4 & this.__$f)) return true;
    if (3 & this.__$f) return true;
  }
  for (var e4 in i4) if ("__source" !== e4 && i4[e4] !== this.props[e4]) return true;
  for (var u4 in this.props) if (!(u4 in i4)) return true;
  return false;
};
function useSignal(i4, n3) {
  return w2(function() {
    return y3(i4, n3);
  }, []);
}
var A3 = function(i4) {
  queueMicrotask(function() {
    queueMicrotask(i4);
  });
};
function F3() {
  r3(function() {
    var i4;
    while (i4 = g4.shift()) h4.call(i4);
  });
}
function M() {
  if (1 === g4.push(this)) (n.requestAnimationFrame || A3)(F3);
}
var now = y3(Date.now());
var runClock = () => void setInterval(() => now.value = Date.now(), 15e3);
var podKeyOf = ({ namespace, name }) => \`\${namespace}/\${name}\`;
var networkKeyOf = ({ name }) => name;
var problemKeyOf = ({ kind, text }) => \`\${kind} \${text}\`;
function applied(before, { set, removed }, keyOf) {
  if (set.length === 0 && removed.length === 0) return before;
  const after = new Map(before);
  for (const key of removed) after.delete(key);
  for (const item of set) after.set(keyOf(item), item);
  return after;
}
function contentOf({ pods, networks, found, ...head }) {
  const all = (items) => new Map(items.map((item) => [problemKeyOf(item), item]));
  return complete(
    head,
    new Map(pods.map((pod) => [podKeyOf(pod), pod])),
    new Map(networks.map((network) => [networkKeyOf(network), network])),
    all(found)
  );
}
function changed(before, { pods, networks, found, ...head }) {
  const known = new Map([...before.problems.values()].map((problem) => [problemKeyOf(problem), problem]));
  return complete(
    head,
    sorted(applied(before.pods, pods, podKeyOf)),
    sorted(applied(before.networks, networks, networkKeyOf)),
    applied(known, found, problemKeyOf)
  );
}
var sorted = (map) => new Map([...map].toSorted(([a5], [b3]) => a5 < b3 ? -1 : 1));
function complete(head, pods, networks, found) {
  const problems = [...found.values()].toSorted(
    (a5, b3) => Number(b3.severity === "error") - Number(a5.severity === "error")
  );
  return {
    head,
    pods,
    networks,
    problems: new Map(problems.map((problem) => [problemId(problem), problem])),
    problemsOfPod: grouped(problems, ({ pods: named }) => named),
    problemsOfNetwork: grouped(problems, ({ network }) => network === void 0 ? [] : [network])
  };
}
function grouped(items, keysOf) {
  const groups = /* @__PURE__ */ new Map();
  for (const item of items)
    for (const key of keysOf(item)) {
      const group = groups.get(key);
      if (group === void 0) groups.set(key, [item]);
      else group.push(item);
    }
  return groups;
}
function problemId(problem) {
  let hash = 2166136261;
  for (const each of problemKeyOf(problem)) hash = Math.imul(hash ^ (each.codePointAt(0) ?? 0), 16777619) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
var worstOf = (problems) => problems?.some(({ severity }) => severity === "error") ? "error" : problems?.[0]?.severity;
var pages = ["overview", "pods", "networks", "problems", "topology"];
var groupings = ["workload", "node", "namespace", "nothing"];
var noFilters = { search: "", namespace: "", network: "", node: "", wrong: false };
var start = { ...noFilters, page: "overview", at: "", sort: "", group: "workload", toggled: [] };
function readRoute(fragment) {
  const [, path = "", query = ""] = /^#?\\/?([^?]*)\\??(.*)$/s.exec(fragment) ?? [];
  const words = new URLSearchParams(query);
  const text = (key) => words.get(key) ?? "";
  const group = text("group");
  return {
    page: pages.find((each) => each === path) ?? "overview",
    search: text("search"),
    namespace: text("namespace"),
    network: text("network"),
    node: text("node"),
    wrong: words.has("wrong"),
    at: text("at"),
    sort: text("sort"),
    group: groupings.find((each) => each === group) ?? "workload",
    toggled: words.getAll("toggled")
  };
}
function linkTo(route2) {
  const words = new URLSearchParams();
  for (const key of ["search", "namespace", "network", "node", "at", "sort"])
    if (route2[key] !== "") words.set(key, route2[key]);
  if (route2.wrong) words.set("wrong", "");
  if (route2.group !== "workload") words.set("group", route2.group);
  for (const each of route2.toggled) words.append("toggled", each);
  const query = words.toString();
  return \`#/\${route2.page}\${query === "" ? "" : \`?\${query}\`}\`;
}
var linkToObject = (page, at) => linkTo({ ...start, page, at });
var linkToPage = (page, from) => linkTo({ ...from, page, at: "", sort: "", toggled: [] });
var f4 = /* @__PURE__ */ Symbol.for("pv");
var o4 = 0;
function a4(t4, e4, n3, u4, a5, i4) {
  e4 || (e4 = {});
  var c4, l4, p5 = e4;
  if ("ref" in p5 && "function" != typeof t4) for (l4 in p5 = {}, e4) "ref" == l4 ? c4 = e4[l4] : p5[l4] = e4[l4];
  var s4 = { type: t4, props: p5, key: n3, ref: c4, __k: null, __: null, __b: 0, __e: null, __c: null, constructor: f4, __v: --o4, __i: -1, __u: 0 };
  return (a5 || i4) && (s4.__source = a5, s4.__self = i4), n.vnode && n.vnode(s4), s4;
}
var SeverityMark = ({ severity }) => /* @__PURE__ */ a4("span", { class: \`mark \${severity}\`, children: [
  /* @__PURE__ */ a4("span", { "aria-hidden": "true", children: severity === "error" ? "▲" : "△" }),
  " ",
  severity
] });
var StateMark = (of) => /* @__PURE__ */ a4("span", { class: \`state \${of.severity ?? "fine"}\`, children: [
  /* @__PURE__ */ a4("span", { "aria-hidden": "true", children: of.severity === "error" ? "▲" : of.severity === "warning" ? "△" : "●" }),
  " ",
  of.state
] });
var PodLink = ({ of }) => /* @__PURE__ */ a4("a", { href: linkToObject("pods", of), children: of });
var NetworkLink = ({ of }) => /* @__PURE__ */ a4("a", { href: linkToObject("networks", of), children: of });
function Ago({ at, now: now2 }) {
  return /* @__PURE__ */ a4("time", { dateTime: at, title: at, children: ago(now2 - Date.parse(at)) });
}
function ago(ms) {
  const minutes = Math.floor(ms / 6e4);
  if (!Number.isFinite(minutes)) return "unknown";
  if (minutes < 1) return "just now";
  if (minutes < 60) return \`\${minutes} min ago\`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? \`\${hours} h ago\` : \`\${Math.floor(hours / 24)} days ago\`;
}
function Since({ of, now: now2 }) {
  if (of.since === void 0 && of.times === void 0) return null;
  return /* @__PURE__ */ a4("p", { class: "second", children: [
    of.times === void 0 ? "Known" : of.times === 1 ? "1 failure" : \`\${of.times} failures\`,
    of.since !== void 0 && /* @__PURE__ */ a4($, { children: [
      ", first ",
      /* @__PURE__ */ a4(Ago, { at: of.since, now: now2 })
    ] })
  ] });
}
function ProblemText({ of, now: now2 }) {
  return /* @__PURE__ */ a4("div", { class: \`problem \${of.severity}\`, children: [
    /* @__PURE__ */ a4("p", { children: [
      /* @__PURE__ */ a4(SeverityMark, { severity: of.severity }),
      " ",
      of.text
    ] }),
    /* @__PURE__ */ a4(Since, { of, now: now2 }),
    /* @__PURE__ */ a4("p", { children: [
      /* @__PURE__ */ a4("strong", { children: "Fix: " }),
      of.fix
    ] }),
    of.id !== void 0 && /* @__PURE__ */ a4("p", { class: "second", children: [
      of.id,
      "; ",
      /* @__PURE__ */ a4("code", { children: [
        "plexus explain ",
        of.id
      ] }),
      " describes it."
    ] })
  ] });
}
var Empty = ({ children }) => /* @__PURE__ */ a4("p", { class: "empty", children });
var count = (number, noun) => \`\${number} \${number === 1 ? noun : \`\${noun}s\`}\`;
var ProblemSection = (of) => of.problems.length > 0 && /* @__PURE__ */ a4("section", { "aria-label": "Problems", children: [
  /* @__PURE__ */ a4("h3", { children: count(of.problems.length, "problem") }),
  of.problems.map((each) => /* @__PURE__ */ a4(ProblemText, { of: each, now: of.now }, each.text))
] });
var TableHead = ({ titles: titles2 }) => /* @__PURE__ */ a4("thead", { children: /* @__PURE__ */ a4("tr", { children: titles2.map((title) => /* @__PURE__ */ a4("th", { scope: "col", children: title }, title)) }) });
function searchFor(search) {
  const words = search.toLowerCase().split(/\\s+/).filter((word) => word !== "");
  if (words.length === 0) return () => true;
  return (...texts) => words.every((word) => texts.some((text) => text.toLowerCase().includes(word)));
}
function podRows({ pods, problemsOfPod }, filters) {
  const has = searchFor(filters.search);
  return [...pods].filter(([, pod]) => isOf(pod, filters) && has(...textsOf(pod))).map(([key, item]) => ({ key, item, severity: worstOf(problemsOfPod.get(key)) })).filter(({ severity }) => !filters.wrong || severity !== void 0);
}
var isOf = (pod, { namespace, network, node }) => (namespace === "" || pod.namespace === namespace) && (node === "" || pod.node === node) && (network === "" || pod.attachments.some((each) => each.network === network));
var textsOf = (pod) => [
  podKeyOf(pod),
  pod.status.state,
  pod.node ?? "",
  pod.owner ?? "",
  ...pod.attachments.flatMap(({ network, interface: name, ips, mac }) => [network, name, mac ?? "", ...ips])
];
function networkRows({ networks, pods, problemsOfNetwork }, filters) {
  const has = searchFor(filters.search);
  const onNode = filters.node === "" ? void 0 : networksOn(pods, filters.node);
  return [...networks].filter(([name]) => (filters.network === "" || name === filters.network) && isIn(name, filters)).filter(([name]) => onNode?.has(name) ?? true).filter(([name, { types, subnets }]) => has(name, ...types, ...subnets)).map(([key, item]) => ({ key, item, severity: worstOf(problemsOfNetwork.get(key)) })).filter(({ severity }) => !filters.wrong || severity !== void 0);
}
var networksOn = (pods, node) => new Set(
  [...pods.values()].filter((pod) => pod.node === node).flatMap(({ attachments }) => attachments.map(({ network }) => network))
);
var isIn = (name, { namespace }) => namespace === "" || name.startsWith(\`\${namespace}/\`);
function problemRows({ problems, pods }, filters) {
  const has = searchFor(filters.search);
  return [...problems].filter(([, { network }]) => filters.network === "" || network === filters.network).filter(
    ([, problem]) => filters.namespace === "" || [...problem.pods, problem.network ?? ""].some((name) => isIn(name, filters))
  ).filter(([, problem]) => filters.node === "" || problem.pods.some((key) => pods.get(key)?.node === filters.node)).filter(([, { text, kind, id = "" }]) => has(text, kind, id)).map(([key, item]) => ({ key, item, severity: item.severity }));
}
function filterValues({
  pods,
  networks
}) {
  const sorted2 = (values) => [...new Set(values)].toSorted();
  return {
    namespace: sorted2([...pods.values()].map(({ namespace }) => namespace)),
    network: [...networks.keys()],
    node: sorted2([...pods.values()].flatMap(({ node }) => node ?? []))
  };
}
function sortRows(rows, orders, sort) {
  const isReverse = sort.startsWith("-");
  const order = orders.find(({ id }) => id === sort.replace("-", ""));
  if (order === void 0) return rows;
  const compare = (a5, b3) => typeof a5 === "number" && typeof b3 === "number" ? a5 - b3 : natural.compare(String(a5), String(b3));
  const keyed = rows.map((row) => ({ row, value: order.by(row) }));
  return keyed.toSorted((a5, b3) => compare(a5.value, b3.value) * (isReverse ? -1 : 1)).map(({ row }) => row);
}
var natural = new Intl.Collator("en", { numeric: true });
var zooms = [0.5, 0.65, 0.8, 1, 1.25, 1.6];
function useView(box, view) {
  F2(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () => {
      const { scrollTop: top, clientWidth: width, clientHeight: height } = element;
      const { value } = view;
      if (value.top !== top || value.width !== width || value.height !== height) view.value = { top, width, height };
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);
}
function usePan(box, zoom) {
  F2(() => {
    const element = box.current;
    if (element === null) return;
    const end = new AbortController();
    const on = { signal: end.signal };
    let from;
    element.addEventListener(
      "pointerdown",
      (event) => {
        if (event.button === 0 && event.pointerType === "mouse" && event.target.closest(".lanes") !== null)
          from = { x: event.clientX, y: event.clientY };
      },
      on
    );
    element.addEventListener(
      "pointermove",
      (event) => {
        if (from === void 0) return;
        if (Math.abs(event.clientX - from.x) + Math.abs(event.clientY - from.y) > 4)
          element.setPointerCapture(event.pointerId);
        element.scrollBy(from.x - event.clientX, from.y - event.clientY);
        from = { x: event.clientX, y: event.clientY };
      },
      on
    );
    for (const kind of ["pointerup", "pointercancel"])
      element.addEventListener(kind, () => from = void 0, on);
    element.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        zoom.value = Math.max(0, Math.min(zooms.length - 1, zoom.value + (event.deltaY < 0 ? 1 : -1)));
      },
      { ...on, passive: false }
    );
    return () => end.abort();
  }, []);
}
var silentMs = 9e3;
var content = y3(void 0);
var lost = y3(void 0);
var currentAt = y3(0);
var route = y3(readRoute(location.hash));
var staleBecause = O(() => {
  if (lost.value !== void 0) return lost.value;
  const problems = content.value?.head.problems ?? [];
  return problems.length > 0 ? problems.join("; ") : void 0;
});
function go(next, { replace = false } = {}) {
  const link = linkTo(next);
  if (link === location.hash) return;
  if (replace) history.replaceState(null, "", link);
  else history.pushState(null, "", link);
  route.value = next;
}
function follow() {
  addEventListener("hashchange", () => route.value = readRoute(location.hash));
  addEventListener("popstate", () => route.value = readRoute(location.hash));
  let heardAt = performance.now();
  const hear = () => {
    heardAt = performance.now();
    lost.value = void 0;
    if ((content.value?.head.problems.length ?? 0) === 0) currentAt.value = Date.now();
  };
  const events = new EventSource("events");
  events.addEventListener("state", ({ data }) => {
    content.value = contentOf(JSON.parse(data));
    hear();
  });
  events.addEventListener("change", ({ data }) => {
    if (content.value !== void 0) content.value = changed(content.value, JSON.parse(data));
    hear();
  });
  events.addEventListener("alive", hear);
  events.addEventListener("error", () => {
    lost.value = events.readyState === EventSource.CLOSED ? "plexus ui refuses this address; open the one that it printed last" : "plexus ui has stopped";
  });
  setInterval(() => {
    if (performance.now() - heardAt > silentMs) lost.value ??= "plexus ui does not answer";
  }, 1e3);
}
var heights = { row: 38, card: 68 };
var cardsBelow = 560;
var spare = 10;
function Table({ label, rows, columns: columns4, empty }) {
  const box = T2(null);
  const view = useSignal({ top: 0, width: 1e3, height: 800 });
  const { at, sort } = route.value;
  const sorted2 = w2(() => sortRows(rows, columns4.filter(isOrder), sort), [rows, sort]);
  const isCards = view.value.width < cardsBelow;
  const height = isCards ? heights.card : heights.row;
  const shown = isCards ? columns4 : columns4.filter(({ from = 0 }) => view.value.width >= from);
  const chosen = sorted2.findIndex(({ key }) => key === at);
  useView(box, view);
  const moved = T2(false);
  F2(() => {
    if (chosen >= 0 && box.current) scrollTo(box.current, chosen * height, height);
  }, [at, height]);
  F2(() => {
    if (moved.current) box.current?.querySelector("[aria-current] a")?.focus({ preventScroll: true });
    moved.current = false;
  });
  const onKeyDown = (event) => {
    const page = Math.max(1, Math.floor(view.value.height / height) - 1);
    const to = moveSelection(event.key, { from: chosen, count: sorted2.length, page });
    const next = to === void 0 ? void 0 : sorted2[Math.max(0, Math.min(sorted2.length - 1, to))];
    if (next === void 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    moved.current = true;
    go({ ...route.value, at: next.key }, { replace: true });
  };
  const first = Math.max(0, Math.floor(view.value.top / height) - spare);
  const last = Math.min(sorted2.length, Math.ceil((view.value.top + view.value.height) / height) + spare);
  const tracks = { gridTemplateColumns: shown.map(({ width }) => width).join(" ") };
  return /* @__PURE__ */ a4("div", { class: isCards ? "table cards" : "table", role: "table", "aria-label": label, "aria-rowcount": sorted2.length + 1, children: [
    /* @__PURE__ */ a4(Head, { columns: shown, tracks }),
    /* @__PURE__ */ a4("div", { class: "body", role: "rowgroup", ref: box, onKeyDown, children: [
      sorted2.length === 0 && /* @__PURE__ */ a4("div", { role: "row", children: /* @__PURE__ */ a4("div", { class: "empty", role: "cell", children: empty }) }),
      /* @__PURE__ */ a4("div", { class: "space", role: "presentation", style: { height: \`\${sorted2.length * height}px\` } }),
      sorted2.slice(first, last).map((row, offset) => /* @__PURE__ */ a4(
        TableRow,
        {
          row,
          columns: shown,
          index: first + offset,
          chosen,
          place: { ...isCards ? {} : tracks, top: \`\${(first + offset) * height}px\` }
        },
        row.key
      ))
    ] })
  ] });
}
var TableRow = ({ row, columns: columns4, index, chosen, place: place2 }) => /* @__PURE__ */ a4(
  "div",
  {
    role: "row",
    class: \`row \${row.severity ?? ""}\`,
    "aria-rowindex": index + 2,
    "aria-current": index === chosen ? "true" : void 0,
    style: place2,
    children: columns4.map((column, position) => /* @__PURE__ */ a4("div", { role: "cell", class: \`cell \${column.id}\`, children: position === 0 ? /* @__PURE__ */ a4("a", { href: linkTo({ ...route.value, at: row.key }), tabIndex: index === Math.max(0, chosen) ? 0 : -1, children: column.cell(row) }) : column.cell(row) }, column.id))
  }
);
var isOrder = (column) => column.by !== void 0;
function Head({ columns: columns4, tracks }) {
  const { sort } = route.value;
  return /* @__PURE__ */ a4("div", { class: "head", role: "rowgroup", children: /* @__PURE__ */ a4("div", { role: "row", class: "titles", "aria-rowindex": 1, style: tracks, children: columns4.map(({ id, title, by }) => {
    const direction = sort === id ? "ascending" : sort === \`-\${id}\` ? "descending" : "none";
    return /* @__PURE__ */ a4("div", { role: "columnheader", ...by !== void 0 && { "aria-sort": direction }, children: by === void 0 ? title : /* @__PURE__ */ a4(
      "button",
      {
        type: "button",
        class: "order",
        onClick: () => go(
          { ...route.value, sort: sort === id ? \`-\${id}\` : sort === \`-\${id}\` ? "" : id },
          { replace: true }
        ),
        children: [
          title,
          /* @__PURE__ */ a4("span", { "aria-hidden": "true", children: { ascending: " ↑", descending: " ↓", none: "" }[direction] })
        ]
      }
    ) }, id);
  }) }) });
}
function moveSelection(key, { from, count: count2, page }) {
  const moves = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: count2 - 1
  };
  return moves[key];
}
function scrollTo(box, top, height) {
  if (top < box.scrollTop) box.scrollTop = top;
  if (top + height > box.scrollTop + box.clientHeight) box.scrollTop = top + height - box.clientHeight;
}
var kinds = {
  definition: "defined",
  node: "of the nodes",
  missing: "does not exist",
  unknown: "not readable"
};
var NetworkState = ({ of, severity }) => /* @__PURE__ */ a4(
  StateMark,
  {
    state: severity !== void 0 && of.kind === "definition" ? \`has \${severity}s\` : kinds[of.kind],
    severity
  }
);
var fullest = ({ ranges }) => Math.max(-1, ...ranges.map(({ size, used }) => used / Math.max(1, size)));
var columns = [
  { id: "network", title: "Network", width: "minmax(12em, 1.6fr)", cell: ({ key }) => key, by: ({ key }) => key },
  {
    id: "state",
    title: "State",
    width: "minmax(10em, 1fr)",
    cell: ({ item, severity }) => /* @__PURE__ */ a4(NetworkState, { of: item, severity }),
    by: ({ severity }) => severity === "error" ? 0 : severity === void 0 ? 2 : 1
  },
  {
    id: "types",
    title: "Plugins",
    width: "minmax(9em, 1fr)",
    cell: ({ item }) => item.types.join(" + ") || "–",
    by: ({ item }) => item.types.join(" + "),
    from: 640
  },
  {
    id: "use",
    title: "Range use",
    width: "minmax(12em, 1.4fr)",
    cell: ({ item }) => item.ranges.length === 0 ? "–" : /* @__PURE__ */ a4(Ranges, { of: item, isShort: true }),
    by: ({ item }) => fullest(item),
    from: 780
  },
  {
    id: "pods",
    title: "Pods",
    width: "5em",
    cell: ({ item }) => /* @__PURE__ */ a4("span", { class: "number", children: item.pods }),
    by: ({ item }) => item.pods
  }
];
var NetworkTable = (of) => /* @__PURE__ */ a4(Table, { label: "Networks", rows: of.rows, columns, empty: of.empty });
function Ranges({ of, isShort }) {
  const sorted2 = of.ranges.toSorted((a5, b3) => b3.used / Math.max(1, b3.size) - a5.used / Math.max(1, a5.size));
  return /* @__PURE__ */ a4($, { children: (isShort ? sorted2.slice(0, 1) : of.ranges).map(({ range, size, used, node }) => {
    const share = size === 0 ? 1 : used / size;
    const level = share >= 1 ? "full" : share >= 0.8 ? "high" : "";
    const where = node === void 0 ? "" : \` on \${node}\`;
    return /* @__PURE__ */ a4("div", { class: "range", title: \`\${range}: \${used} of \${size} addresses\${where}\`, children: [
      !isShort && /* @__PURE__ */ a4("div", { class: "mono", children: range }),
      /* @__PURE__ */ a4("div", { class: "meter", "aria-hidden": "true", children: /* @__PURE__ */ a4("div", { class: level, style: { width: \`\${Math.min(100, share * 100)}%\` } }) }),
      /* @__PURE__ */ a4("div", { class: "second", children: [
        used,
        " of ",
        size > 1e9 ? size.toExponential(0) : size,
        !isShort && \`\${where}\${level === "full" ? ": full" : ""}\`
      ] })
    ] }, range);
  }) });
}
var mostPods = 30;
function NetworkDetail({
  network,
  of,
  now: now2
}) {
  const problems = of.problemsOfNetwork.get(network.name) ?? [];
  const pods = [...of.pods].filter(
    ([, { attachments }]) => attachments.some((each) => each.network === network.name && each.state !== "released")
  );
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("h2", { children: network.name }),
    /* @__PURE__ */ a4("p", { class: "facts", children: [
      /* @__PURE__ */ a4(NetworkState, { of: network, severity: worstOf(problems) }),
      network.types.length > 0 && /* @__PURE__ */ a4("span", { children: network.types.join(" + ") }),
      /* @__PURE__ */ a4("a", { href: linkTo({ ...start, page: "topology", network: network.name }), children: "Show in the topology" })
    ] }),
    /* @__PURE__ */ a4(ProblemSection, { problems, now: now2 }),
    network.ranges.length > 0 && /* @__PURE__ */ a4($, { children: [
      /* @__PURE__ */ a4("h3", { children: "Range use" }),
      /* @__PURE__ */ a4(Ranges, { of: network })
    ] }),
    /* @__PURE__ */ a4("h3", { children: count(pods.length, "pod") }),
    pods.length === 0 ? /* @__PURE__ */ a4(Empty, { children: "No pod has or requests it." }) : /* @__PURE__ */ a4("ul", { class: "plain", children: pods.slice(0, mostPods).map(([key, { attachments }]) => /* @__PURE__ */ a4("li", { children: [
      /* @__PURE__ */ a4(PodLink, { of: key }),
      " ",
      /* @__PURE__ */ a4("span", { class: "second mono", children: attachments.filter((each) => each.network === network.name).map(({ interface: name, ips, state }) => \`\${name} \${ips.join(" ") || state}\`.trim()).join(", ") })
    ] }, key)) }),
    pods.length > 0 && /* @__PURE__ */ a4("p", { children: /* @__PURE__ */ a4("a", { href: linkTo({ ...start, page: "pods", network: network.name }), children: pods.length === 1 ? "Show it in the table" : \`Show all \${pods.length} in the table\` }) }),
    /* @__PURE__ */ a4(Events, { of: network.name, revision: of.head.revision, now: now2 }),
    network.kind === "definition" && /* @__PURE__ */ a4(Configuration, { of: network })
  ] });
}
function Configuration({ of }) {
  const [answer, take] = d2();
  const facts = JSON.stringify([of.name, of.types, of.subnets, of.ranges.map(({ range }) => range)]);
  A2(() => {
    const asking = new AbortController();
    void read("network.json", of.name, asking.signal).then(
      (next) => !asking.signal.aborted && take(next)
    );
    return () => asking.abort();
  }, [facts]);
  return /* @__PURE__ */ a4("section", { "aria-label": "Configuration", children: [
    /* @__PURE__ */ a4("h3", { children: "Configuration" }),
    answer === void 0 ? /* @__PURE__ */ a4("p", { class: "second", children: "Reading …" }) : "problem" in answer ? /* @__PURE__ */ a4("p", { class: "second", children: [
      "Not available: ",
      answer.problem,
      "."
    ] }) : /* @__PURE__ */ a4("pre", { class: "json", tabIndex: 0, "aria-label": "Configuration as JSON", children: highlighted(answer.config) })
  ] });
}
function Events(of) {
  const [answer, take] = d2();
  A2(() => {
    const asking = new AbortController();
    void read("network-events.json", of.of, asking.signal).then(
      (next) => !asking.signal.aborted && take(next)
    );
    return () => asking.abort();
  }, [of.of, of.revision]);
  return /* @__PURE__ */ a4("section", { "aria-label": "Events", children: [
    /* @__PURE__ */ a4("h3", { children: "Events" }),
    answer === void 0 ? /* @__PURE__ */ a4("p", { class: "second", children: "Reading …" }) : "problem" in answer ? /* @__PURE__ */ a4("p", { class: "second", children: [
      "Not available: ",
      answer.problem,
      "."
    ] }) : answer.events.length === 0 ? /* @__PURE__ */ a4(Empty, { children: "No Warning about a pod of this network within the time that the cluster keeps Events." }) : /* @__PURE__ */ a4($, { children: [
      /* @__PURE__ */ a4("ul", { class: "plain", children: answer.events.map(({ pod, reason, message, count: times, lastAt }, index) => /* @__PURE__ */ a4("li", { children: [
        /* @__PURE__ */ a4(PodLink, { of: pod }),
        " ",
        /* @__PURE__ */ a4("strong", { children: reason }),
        " ",
        /* @__PURE__ */ a4("span", { class: "second", children: [
          lastAt !== void 0 && /* @__PURE__ */ a4(Ago, { at: lastAt, now: of.now }),
          times > 1 && \`, \${times} times\`
        ] }),
        /* @__PURE__ */ a4("div", { children: message })
      ] }, index)) }),
      answer.more > 0 && /* @__PURE__ */ a4("p", { class: "second", children: [
        answer.more,
        " older ones are not shown."
      ] })
    ] })
  ] });
}
async function read(part, name, signal) {
  try {
    const response = await fetch(\`\${part}?name=\${encodeURIComponent(name)}\`, { signal });
    return response.ok ? await response.json() : { problem: response.status === 404 ? "the object no longer exists" : \`status \${response.status}\` };
  } catch {
    return { problem: "plexus ui has stopped" };
  }
}
var highlighted = (json) => json.split(/("(?:[^"\\\\]|\\\\.)*"(?:\\s*:)?|\\b(?:true|false|null)\\b|-?\\b\\d[\\d.eE+-]*)/).map((part, index) => {
  if (index % 2 === 0) return part;
  const kind = part.startsWith('"') ? part.endsWith(":") ? "name" : "text" : "literal";
  return /* @__PURE__ */ a4("span", { class: kind, children: part });
});
function clusterSummary({ pods, problems, problemsOfPod }) {
  const states = /* @__PURE__ */ new Map();
  const nodes = /* @__PURE__ */ new Map();
  const failures = [];
  for (const [key, pod] of pods) {
    const severity = worstOf(problemsOfPod.get(key));
    const { state } = pod.status;
    const known = states.get(state);
    states.set(state, { state, pods: (known?.pods ?? 0) + 1, severity: worse(known?.severity, severity) });
    if (severity === "error") failures.push({ key, pod });
    if (pod.node !== void 0) nodes.set(pod.node, counted(nodes.get(pod.node), pod.node, severity));
  }
  const all = [...problems.values()];
  return {
    errors: all.filter(({ severity }) => severity === "error").length,
    warnings: all.filter(({ severity }) => severity === "warning").length,
    states: [...states.values()].toSorted((a5, b3) => b3.pods - a5.pods),
    nodes: [...nodes.values()].toSorted((a5, b3) => b3.troubled - a5.troubled || (a5.name < b3.name ? -1 : 1)),
    failures: failures.toSorted((a5, b3) => timeOf(b3) - timeOf(a5)),
    problems: all
  };
}
var counted = (before, name, severity) => ({
  name,
  pods: (before?.pods ?? 0) + 1,
  troubled: (before?.troubled ?? 0) + (severity === void 0 ? 0 : 1),
  severity: worse(before?.severity, severity)
});
var worse = (one, other) => one === "error" || other === "error" ? "error" : one ?? other;
var timeOf = ({ pod }) => Date.parse(pod.status.since ?? pod.createdAt ?? "") || 0;
var most = 8;
function Overview({ of }) {
  const summary = w2(() => clusterSummary(of), [of]);
  return /* @__PURE__ */ a4("div", { class: "overview", tabIndex: 0, role: "group", "aria-label": "Overview", children: [
    /* @__PURE__ */ a4(Verdict, { of: summary }),
    /* @__PURE__ */ a4(Installation, { of }),
    /* @__PURE__ */ a4(Tiles, { of, summary }),
    /* @__PURE__ */ a4("div", { class: "panels", children: [
      /* @__PURE__ */ a4(Panel, { title: "Needs attention", more: linkTo({ ...start, page: "problems" }), total: summary.problems.length, children: /* @__PURE__ */ a4(Problems, { of: summary }) }),
      /* @__PURE__ */ a4(
        Panel,
        {
          title: "Latest failures",
          more: linkTo({ ...start, page: "pods", wrong: true }),
          total: summary.failures.length,
          children: /* @__PURE__ */ a4(Failures, { of: summary })
        }
      ),
      /* @__PURE__ */ a4(Panel, { title: "Networks", more: linkTo({ ...start, page: "networks" }), total: of.networks.size, children: /* @__PURE__ */ a4(Networks, { of }) }),
      /* @__PURE__ */ a4(Panel, { title: "Nodes", more: linkTo({ ...start, page: "topology", group: "node" }), total: summary.nodes.length, children: /* @__PURE__ */ a4(Nodes, { of: summary }) })
    ] })
  ] });
}
function Verdict({ of: { errors, warnings } }) {
  const level = errors > 0 ? "error" : warnings > 0 ? "warning" : "fine";
  const words = [
    ...errors > 0 ? [count(errors, "error")] : [],
    ...warnings > 0 ? [count(warnings, "warning")] : []
  ].join(" and ");
  return /* @__PURE__ */ a4("p", { class: \`verdict \${level}\`, children: [
    /* @__PURE__ */ a4("span", { "aria-hidden": "true", children: level === "error" ? "▲" : level === "warning" ? "△" : "✓" }),
    " ",
    words === "" ? "No problems: every pod has the networks that it requests" : words
  ] });
}
function Installation({ of: { head } }) {
  if (head.daemons === void 0) return null;
  if (head.daemons.length === 0)
    return /* @__PURE__ */ a4("p", { class: "installation", children: [
      /* @__PURE__ */ a4(StateMark, { state: "no DaemonSet of Plexus found", severity: "warning" }),
      " Install it with the chart or deploy/overlays; one with other labels is not found."
    ] });
  return /* @__PURE__ */ a4($, { children: head.daemons.map(({ namespace, name, desired, ready, updated, image }) => /* @__PURE__ */ a4("p", { class: "installation", children: [
    /* @__PURE__ */ a4(
      StateMark,
      {
        state: \`\${ready} of \${count(desired, "daemon")} ready\`,
        severity: ready < desired ? "error" : void 0
      }
    ),
    updated < desired && /* @__PURE__ */ a4("span", { children: [
      updated,
      " updated"
    ] }),
    /* @__PURE__ */ a4("span", { class: "second", children: [
      "DaemonSet ",
      namespace,
      "/",
      name,
      ", ",
      image
    ] })
  ] }, \`\${namespace}/\${name}\`)) });
}
function Tiles({ of, summary }) {
  return /* @__PURE__ */ a4("ul", { class: "tiles", "aria-label": "Pods by state", children: [
    /* @__PURE__ */ a4("li", { children: /* @__PURE__ */ a4("a", { href: linkTo({ ...start, page: "pods" }), children: [
      /* @__PURE__ */ a4("strong", { children: of.pods.size }),
      " ",
      of.pods.size === 1 ? "pod" : "pods"
    ] }) }),
    summary.states.map(({ state, pods, severity }) => /* @__PURE__ */ a4("li", { children: /* @__PURE__ */ a4("a", { class: severity ?? "fine", href: linkTo({ ...start, page: "pods", search: state }), children: [
      /* @__PURE__ */ a4("strong", { children: pods }),
      " ",
      /* @__PURE__ */ a4(StateMark, { state, severity })
    ] }) }, state))
  ] });
}
var Panel = ({ title, more, total, children }) => /* @__PURE__ */ a4("section", { class: "panel", "aria-label": title, children: [
  /* @__PURE__ */ a4("h2", { children: [
    title,
    total > 0 && /* @__PURE__ */ a4("a", { class: "more", href: more, "aria-label": \`\${title}: all \${total}\`, children: [
      "all ",
      total
    ] })
  ] }),
  children
] });
function Problems({ of: { problems } }) {
  if (problems.length === 0) return /* @__PURE__ */ a4(Empty, { children: "Nothing." });
  return /* @__PURE__ */ a4("ul", { class: "entries", children: problems.slice(0, most).map((each) => /* @__PURE__ */ a4("li", { children: [
    /* @__PURE__ */ a4(SeverityMark, { severity: each.severity }),
    /* @__PURE__ */ a4("a", { href: linkToObject("problems", problemId(each)), children: each.text })
  ] }, each.text)) });
}
function Failures({ of: { failures } }) {
  if (failures.length === 0) return /* @__PURE__ */ a4(Empty, { children: "No pod fails." });
  return /* @__PURE__ */ a4("ul", { class: "entries failures", children: failures.slice(0, most).map(({ key, pod: { status, createdAt } }) => {
    const since = status.since ?? createdAt;
    return /* @__PURE__ */ a4("li", { children: [
      /* @__PURE__ */ a4(StateMark, { state: status.state, severity: "error" }),
      /* @__PURE__ */ a4("div", { children: [
        /* @__PURE__ */ a4(PodLink, { of: key }),
        /* @__PURE__ */ a4("span", { class: "second", children: [
          status.id !== void 0 && \` \${status.id}\`,
          status.times !== void 0 && status.times > 1 && \` \${status.times} times\`,
          since !== void 0 && /* @__PURE__ */ a4($, { children: [
            " ",
            /* @__PURE__ */ a4(Ago, { at: since, now: now.value })
          ] })
        ] })
      ] })
    ] }, key);
  }) });
}
function Networks({ of: { networks, problemsOfNetwork } }) {
  if (networks.size === 0) return /* @__PURE__ */ a4(Empty, { children: "There is no network yet: create a NetworkAttachmentDefinition." });
  const rows = [...networks.values()].map((network) => ({ network, severity: worstOf(problemsOfNetwork.get(network.name)) })).toSorted(
    (a5, b3) => Number(b3.severity === "error") - Number(a5.severity === "error") || b3.network.pods - a5.network.pods
  );
  return /* @__PURE__ */ a4("table", { "aria-label": "Networks", children: [
    /* @__PURE__ */ a4(TableHead, { titles: ["Network", "Pods", "Range use"] }),
    /* @__PURE__ */ a4("tbody", { children: rows.slice(0, most).map(({ network, severity }) => /* @__PURE__ */ a4("tr", { children: [
      /* @__PURE__ */ a4("td", { children: [
        /* @__PURE__ */ a4("a", { href: linkToObject("networks", network.name), children: network.name }),
        severity !== void 0 && /* @__PURE__ */ a4($, { children: [
          " ",
          /* @__PURE__ */ a4(SeverityMark, { severity })
        ] }),
        network.types.length > 0 && /* @__PURE__ */ a4("div", { class: "second", children: network.types.join(" + ") })
      ] }),
      /* @__PURE__ */ a4("td", { class: "number", children: network.pods }),
      /* @__PURE__ */ a4("td", { children: network.ranges.length === 0 ? "–" : /* @__PURE__ */ a4(Ranges, { of: network, isShort: true }) })
    ] }, network.name)) })
  ] });
}
function Nodes({ of: { nodes } }) {
  if (nodes.length === 0) return /* @__PURE__ */ a4(Empty, { children: "No pod is on a node yet." });
  return /* @__PURE__ */ a4("table", { "aria-label": "Nodes", children: [
    /* @__PURE__ */ a4(TableHead, { titles: ["Node", "Pods", "With problems"] }),
    /* @__PURE__ */ a4("tbody", { children: nodes.slice(0, most).map(({ name, pods, troubled, severity }) => /* @__PURE__ */ a4("tr", { children: [
      /* @__PURE__ */ a4("td", { children: /* @__PURE__ */ a4("a", { href: linkTo({ ...start, page: "pods", node: name }), children: name }) }),
      /* @__PURE__ */ a4("td", { class: "number", children: pods }),
      /* @__PURE__ */ a4("td", { children: troubled === 0 ? "–" : /* @__PURE__ */ a4(StateMark, { state: String(troubled), severity }) })
    ] }, name)) })
  ] });
}
function Operation({ of, isOpen }) {
  const { command, startedAt, ended, outcome, errors, steps, leftOut } = of;
  const isBad = outcome === "failure";
  const words = [isBad ? \`▲ \${ended}\` : ended, ...new Set(errors.map(({ id }) => id))].join(", ");
  return /* @__PURE__ */ a4("details", { class: "operation", open: isOpen, children: [
    /* @__PURE__ */ a4("summary", { children: [
      /* @__PURE__ */ a4("strong", { children: command }),
      " ",
      /* @__PURE__ */ a4("time", { class: "mono", dateTime: startedAt, children: startedAt }),
      " ",
      /* @__PURE__ */ a4("span", { class: isBad ? "bad" : "", children: words })
    ] }),
    steps.length > 0 && /* @__PURE__ */ a4(Steps, { label: \`Steps of \${command} \${startedAt}\`, steps }),
    leftOut !== void 0 && /* @__PURE__ */ a4("p", { class: "second", children: leftOut }),
    errors.map((error) => /* @__PURE__ */ a4(OperationError, { of: error }, \`\${error.id} \${error.message}\`)),
    steps.map((step, index) => step.texts.length > 0 && /* @__PURE__ */ a4(Texts, { of: step }, index))
  ] });
}
var Steps = ({ label, steps }) => /* @__PURE__ */ a4("div", { class: "wide", children: /* @__PURE__ */ a4("table", { "aria-label": label, children: [
  /* @__PURE__ */ a4(TableHead, { titles: ["Start", "Time", "When", "Step", "Outcome"] }),
  /* @__PURE__ */ a4("tbody", { children: steps.map((step, index) => /* @__PURE__ */ a4("tr", { class: step.kind === "plugin" ? "" : "minor", children: [
    /* @__PURE__ */ a4("td", { class: "mono", children: [
      step.offsetMs,
      " ms"
    ] }),
    /* @__PURE__ */ a4("td", { class: "mono", children: [
      step.ms,
      " ms"
    ] }),
    /* @__PURE__ */ a4("td", { children: /* @__PURE__ */ a4(Bar, { of: step }) }),
    /* @__PURE__ */ a4("td", { children: step.name }),
    /* @__PURE__ */ a4("td", { class: step.failed ? "bad" : "", children: step.failed ? \`▲ \${step.outcome}\` : step.outcome })
  ] }, index)) })
] }) });
var Bar = ({ of: { from, share, failed } }) => /* @__PURE__ */ a4("div", { class: "bar", "aria-hidden": "true", children: /* @__PURE__ */ a4(
  "div",
  {
    class: failed ? "failed" : "",
    style: { marginLeft: \`\${(from * 100).toFixed(2)}%\`, width: \`\${(share * 100).toFixed(2)}%\` }
  }
) });
var OperationError = ({ of }) => /* @__PURE__ */ a4("div", { class: "problem error", children: [
  /* @__PURE__ */ a4("p", { children: [
    /* @__PURE__ */ a4("span", { class: "bad", children: [
      "▲ ",
      of.id
    ] }),
    " (code ",
    of.code,
    "): ",
    of.message
  ] }),
  of.details.map((each) => /* @__PURE__ */ a4("p", { class: "second", children: each }, each)),
  /* @__PURE__ */ a4("p", { children: [
    /* @__PURE__ */ a4("strong", { children: "fix: " }),
    of.fix
  ] })
] });
function Texts({ of: { name, texts } }) {
  const [isShown, show] = d2(false);
  return /* @__PURE__ */ a4("details", { class: "texts", onToggle: () => show(true), children: [
    /* @__PURE__ */ a4("summary", { children: \`\${texts.map(({ what }) => what).join(", ")} of \${name}\` }),
    isShown && texts.map(({ what, text }) => /* @__PURE__ */ a4("div", { children: [
      /* @__PURE__ */ a4("h4", { children: what }),
      /* @__PURE__ */ a4("pre", { tabIndex: 0, children: text })
    ] }, what))
  ] });
}
function Recent({ pod }) {
  const [answer, take] = d2();
  const [asked, ask] = d2(0);
  const key = podKeyOf(pod);
  A2(() => {
    const asking = new AbortController();
    if (pod.node === void 0) take("none");
    else {
      take(void 0);
      void read2(key, asking.signal).then((next) => !asking.signal.aborted && take(next));
    }
    return () => asking.abort();
  }, [key, pod.node, asked]);
  const operations = answer === void 0 || answer === "none" || "problem" in answer ? [] : answer.operations;
  const newestFirst = operations.toReversed();
  const opened = [0, newestFirst.findIndex(({ outcome }) => outcome === "failure")];
  return /* @__PURE__ */ a4("section", { "aria-label": "Recent operations", class: "recent", children: [
    /* @__PURE__ */ a4("h3", { children: "Recent operations" }),
    /* @__PURE__ */ a4("p", { class: "second", ...asked > 0 && { "aria-live": "polite" }, children: answer === void 0 ? "Reading from the daemon …" : /* @__PURE__ */ a4(Message, { answer, pod }) }),
    newestFirst.map((each, index) => /* @__PURE__ */ a4(Operation, { of: each, isOpen: opened.includes(index) }, \`\${each.startedAt} \${each.sandbox}\`)),
    pod.node !== void 0 && /* @__PURE__ */ a4("p", { children: /* @__PURE__ */ a4("button", { type: "button", onClick: () => ask(asked + 1), children: "Refresh" }) })
  ] });
}
async function read2(pod, signal) {
  try {
    const response = await fetch(\`operations.json?pod=\${encodeURIComponent(pod)}\`, { signal });
    return response.ok ? await response.json() : { problem: \`plexus ui answers with \${response.status}\` };
  } catch {
    return { problem: "plexus ui has stopped" };
  }
}
function Message({ answer, pod }) {
  if (answer === "none") return /* @__PURE__ */ a4($, { children: "It is not on a node yet, so there are no operations." });
  if ("problem" in answer)
    return /* @__PURE__ */ a4($, { children: [
      "The daemon of its node, ",
      pod.node,
      ", has recorded them and cannot be reached from here (",
      answer.problem,
      "); run this: ",
      /* @__PURE__ */ a4(Command, { pod })
    ] });
  return /* @__PURE__ */ a4(Summary, { of: answer, pod });
}
function Summary({ of: { node, operations }, pod }) {
  const isElsewhere = node !== void 0 && node !== pod.node;
  const number = operations.length === 1 ? "1 operation" : \`\${operations.length} operations, the newest first\`;
  if (isElsewhere && operations.length > 0)
    return /* @__PURE__ */ a4($, { children: [
      number,
      ", on node ",
      node,
      ", where a pod of this name was; for operations on ",
      pod.node,
      ", where it is now, run this:",
      " ",
      /* @__PURE__ */ a4(Command, { pod })
    ] });
  if (isElsewhere)
    return /* @__PURE__ */ a4($, { children: [
      "The daemon that can be reached from here is that of node ",
      node,
      ", but the pod is on ",
      pod.node,
      "; run this:",
      " ",
      /* @__PURE__ */ a4(Command, { pod })
    ] });
  if (operations.length > 0) return /* @__PURE__ */ a4($, { children: number });
  const named = node === void 0 ? "The daemon that can be reached from here" : \`The daemon of its node, \${node},\`;
  return /* @__PURE__ */ a4($, { children: [
    named,
    " has recorded no operation on it: it keeps the newest only, and none from before its start; its log contains older ones",
    node === void 0 ? /* @__PURE__ */ a4($, { children: [
      "; if it is not that of ",
      pod.node,
      ", run this: ",
      /* @__PURE__ */ a4(Command, { pod })
    ] }) : "."
  ] });
}
var Command = ({ pod }) => /* @__PURE__ */ a4($, { children: [
  /* @__PURE__ */ a4("code", { children: [
    "kubectl exec -n kube-system PLEXUS_POD -c daemon -- plexus trace pod ",
    pod.name,
    " -n ",
    pod.namespace
  ] }),
  " ",
  "(PLEXUS_POD: the pod of Plexus on ",
  pod.node,
  ")."
] });
var addressesOf = ({ attachments }) => attachments.filter((each) => each.state !== "released").map(
  ({ interface: name, ips, network, state }) => state === "attached" || state === "unasked" ? \`\${name || network} \${ips.join(" ")}\`.trim() : \`\${network} \${state}\`
);
var columns2 = [
  { id: "pod", title: "Pod", width: "minmax(14em, 2fr)", cell: ({ key }) => key, by: ({ key }) => key },
  {
    id: "state",
    title: "State",
    width: "minmax(11.5em, 1fr)",
    cell: ({ item, severity }) => /* @__PURE__ */ a4(StateMark, { state: item.status.state, severity }),
    // What needs attention comes first.
    by: ({ item, severity }) => \`\${severity === "error" ? 0 : severity === void 0 ? 2 : 1} \${item.status.state}\`
  },
  {
    id: "addresses",
    title: "Interfaces",
    width: "minmax(14em, 2.4fr)",
    cell: ({ item }) => {
      const all = addressesOf(item);
      return /* @__PURE__ */ a4("span", { title: all.join("\\n"), children: [
        all.slice(0, 3).join(" · "),
        all.length > 3 && \` · \${all.length - 3} more\`
      ] });
    },
    by: ({ item }) => item.attachments.length,
    from: 640
  },
  {
    id: "node",
    title: "Node",
    width: "minmax(7em, 1fr)",
    cell: ({ item }) => item.node ?? "–",
    by: ({ item }) => item.node ?? "",
    from: 820
  },
  {
    id: "workload",
    title: "Workload",
    width: "minmax(7em, 1fr)",
    cell: ({ item }) => item.owner ?? "–",
    by: ({ item }) => item.owner ?? "",
    from: 980
  }
];
var PodTable = ({
  rows,
  empty
}) => /* @__PURE__ */ a4(Table, { label: "Pods", rows, columns: columns2, empty });
function PodDetail({ pod, of, now: now2 }) {
  const key = \`\${pod.namespace}/\${pod.name}\`;
  const problems = of.problemsOfPod.get(key) ?? [];
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("h2", { children: key }),
    /* @__PURE__ */ a4("p", { class: "facts", children: [
      /* @__PURE__ */ a4(StateMark, { state: pod.status.state, severity: worstOf(problems) }),
      /* @__PURE__ */ a4("span", { children: pod.phase ?? "phase unknown" }),
      /* @__PURE__ */ a4("span", { children: pod.node === void 0 ? "no node yet" : /* @__PURE__ */ a4($, { children: [
        "node ",
        /* @__PURE__ */ a4("a", { href: linkTo({ ...start, page: "pods", node: pod.node }), children: pod.node })
      ] }) }),
      pod.owner !== void 0 && /* @__PURE__ */ a4("span", { children: [
        "of ",
        pod.owner
      ] }),
      pod.createdAt !== void 0 && /* @__PURE__ */ a4("span", { children: [
        "created ",
        /* @__PURE__ */ a4(Ago, { at: pod.createdAt, now: now2 })
      ] })
    ] }),
    /* @__PURE__ */ a4(ProblemSection, { problems, now: now2 }),
    /* @__PURE__ */ a4("h3", { children: "Networks" }),
    pod.attachments.length === 0 ? /* @__PURE__ */ a4(Empty, { children: "It has and requests no network." }) : /* @__PURE__ */ a4(Attachments, { of: pod }),
    /* @__PURE__ */ a4(Recent, { pod }, key)
  ] });
}
var Attachments = ({ of }) => /* @__PURE__ */ a4("div", { class: "wide", children: /* @__PURE__ */ a4("table", { "aria-label": "Networks", children: [
  /* @__PURE__ */ a4(TableHead, { titles: ["Interface", "State", "Network", "Addresses and MAC"] }),
  /* @__PURE__ */ a4("tbody", { children: of.attachments.map(({ interface: name, network, ips, mac, state, problems }, index) => {
    const isBad = state === "missing" || problems.length > 0;
    const word = state === "unasked" ? "not requested" : state;
    return /* @__PURE__ */ a4("tr", { children: [
      /* @__PURE__ */ a4("td", { children: name || "–" }),
      /* @__PURE__ */ a4("td", { children: /* @__PURE__ */ a4(
        StateMark,
        {
          state: problems.length > 0 ? \`\${word}, also elsewhere\` : word,
          severity: isBad ? "error" : state === "attached" ? void 0 : "warning"
        }
      ) }),
      /* @__PURE__ */ a4("td", { children: /* @__PURE__ */ a4(NetworkLink, { of: network }) }),
      /* @__PURE__ */ a4("td", { class: "mono", children: [
        ips.map((ip) => /* @__PURE__ */ a4("div", { children: ip }, ip)),
        mac !== void 0 && /* @__PURE__ */ a4("div", { class: "second", children: mac }),
        ips.length === 0 && mac === void 0 && "–"
      ] })
    ] }, index);
  }) })
] }) });
var columns3 = [
  {
    id: "problem",
    title: "Problem",
    width: "minmax(14em, 4fr)",
    cell: ({ item }) => item.text,
    by: ({ item }) => item.text
  },
  {
    id: "severity",
    title: "Severity",
    width: "7.5em",
    cell: ({ item }) => /* @__PURE__ */ a4(SeverityMark, { severity: item.severity }),
    by: ({ severity }) => severity === "error" ? 0 : 1
  },
  {
    id: "kind",
    title: "Kind",
    width: "minmax(10em, 1fr)",
    cell: ({ item }) => item.id ?? item.kind,
    by: ({ item }) => item.id ?? item.kind,
    from: 760
  },
  {
    id: "pods",
    title: "Pods",
    width: "4em",
    cell: ({ item }) => /* @__PURE__ */ a4("span", { class: "number", children: item.pods.length }),
    by: ({ item }) => item.pods.length,
    from: 640
  },
  {
    id: "since",
    title: "Since",
    width: "8em",
    cell: ({ item }) => item.since === void 0 ? "–" : /* @__PURE__ */ a4(Ago, { at: item.since, now: now.value }),
    by: ({ item }) => item.since ?? "",
    from: 900
  }
];
var ProblemTable = (of) => /* @__PURE__ */ a4(Table, { label: "Problems", rows: of.rows, columns: columns3, empty: of.empty });
var mostPods2 = 100;
function ProblemDetail({ problem }) {
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("h2", { children: problem.id ?? problem.kind }),
    /* @__PURE__ */ a4(ProblemText, { of: problem, now: now.value }),
    problem.network !== void 0 && /* @__PURE__ */ a4("p", { children: [
      "Network: ",
      /* @__PURE__ */ a4(NetworkLink, { of: problem.network })
    ] }),
    problem.pods.length > 0 && /* @__PURE__ */ a4($, { children: [
      /* @__PURE__ */ a4("h3", { children: count(problem.pods.length, "pod") }),
      /* @__PURE__ */ a4("ul", { class: "plain", children: problem.pods.slice(0, mostPods2).map((key) => /* @__PURE__ */ a4("li", { children: /* @__PURE__ */ a4(PodLink, { of: key }) }, key)) }),
      problem.pods.length > mostPods2 && /* @__PURE__ */ a4("p", { class: "second", children: [
        "and ",
        problem.pods.length - mostPods2,
        " more"
      ] })
    ] })
  ] });
}
var mostExpanded = 60;
function lanesOf(pods, networks, { group, toggled, network }) {
  const drawn = pods.filter(({ item }) => attachmentsOf(item).length > 0);
  const used = new Set(drawn.flatMap(({ item }) => attachmentsOf(item).map((each) => each.network)));
  const lanes = [...networks.values()].filter(({ name }) => used.has(name) || name === network || network === "");
  const at = new Map(lanes.map(({ name }, index) => [name, index]));
  const rows = group === "nothing" ? drawn.map((row) => podRow(row, at, false)) : groupRows(drawn, at, { group, toggled: new Set(toggled) });
  return { networks: lanes, rows, pods: drawn.length };
}
var attachmentsOf = ({ attachments }) => attachments.filter(({ state }) => state !== "released");
function groupRows(pods, at, { group, toggled }) {
  const groups = Map.groupBy(pods, ({ item }) => groupOf(item, group));
  const areOpen = pods.length <= mostExpanded;
  return [...groups].toSorted(([a5], [b3]) => natural.compare(a5, b3)).flatMap(([name, members]) => {
    const isOpen = areOpen !== toggled.has(name);
    const head = groupRow(name, members, at, isOpen);
    return isOpen ? [head, ...members.map((row) => podRow(row, at, true))] : [head];
  });
}
var groupOf = ({ namespace, owner, node }, group) => group === "namespace" ? namespace : group === "node" ? node ?? "no node yet" : \`\${namespace}/\${owner ?? "(no workload)"}\`;
function groupRow(name, members, at, isOpen) {
  const counts = /* @__PURE__ */ new Map();
  for (const { item } of members) {
    const own = new Set(attachmentsOf(item).map((each) => \`\${at.get(each.network) ?? -1} \${markOf(each)}\`));
    for (const key of own) {
      const [lane = "", mark = "attached"] = key.split(" ");
      const entry = counts.get(key) ?? { lane: Number(lane), mark, count: 0 };
      entry.count++;
      counts.set(key, entry);
    }
  }
  const severities = members.map(({ severity }) => severity);
  return {
    key: \`group \${name}\`,
    kind: "group",
    name,
    note: members.length === 1 ? "1 pod" : \`\${members.length} pods\`,
    severity: severities.includes("error") ? "error" : severities.find((each) => each !== void 0),
    isOpen,
    isNested: false,
    // An expanded group shows its pods instead.
    dots: isOpen ? [] : [...counts.values()].map(({ lane, mark, count: count2 }) => ({
      lane,
      mark,
      text: \`×\${count2}\`,
      title: \`\${name}: \${count2} \${count2 === 1 ? "pod" : "pods"} \${markWords[mark]}\`
    }))
  };
}
function podRow({ key, item, severity }, at, isNested) {
  return {
    key,
    kind: "pod",
    name: key,
    note: item.node ?? "no node yet",
    severity,
    isOpen: false,
    isNested,
    dots: attachmentsOf(item).map((each) => {
      const mark = markOf(each);
      const [ip = ""] = each.ips;
      const more = each.ips.length > 1 ? \` +\${each.ips.length - 1}\` : "";
      return {
        lane: at.get(each.network) ?? -1,
        mark,
        text: ip === "" ? mark === "attached" ? "" : markWords[mark] : \`\${ip}\${more}\`,
        title: [podKeyOf(item), each.interface, each.network, ...each.ips, each.mac ?? "", markWords[mark]].filter((text) => text !== "").join(" · ")
      };
    })
  };
}
var markWords = {
  attached: "attached",
  clash: "address in use elsewhere",
  missing: "missing",
  waiting: "waiting",
  unasked: "not requested"
};
var markOf = ({ state, problems }) => state === "missing" || state === "waiting" || state === "unasked" ? state : problems.length > 0 ? "clash" : "attached";
var sizeAt = (zoom, width) => ({
  label: Math.round(Math.min(300, width * 0.42)),
  lane: Math.round(150 * zoom),
  row: Math.round(30 * zoom),
  head: 52
});
var colours = 12;
var spare2 = 12;
function Topology({ of, rows }) {
  const { group, toggled, network } = route.value;
  const lanes = w2(
    () => lanesOf(rows, of.networks, { group, toggled, network }),
    [rows, of.networks, group, toggled, network]
  );
  const zoom = useSignal(3);
  return /* @__PURE__ */ a4("div", { class: "topology", children: [
    /* @__PURE__ */ a4(Tools, { lanes, zoom }),
    lanes.rows.length === 0 ? /* @__PURE__ */ a4(Empty, { children: "No pod matches, so there is nothing to draw." }) : /* @__PURE__ */ a4(Board, { lanes, zoom })
  ] });
}
function Tools({ lanes, zoom }) {
  const { group } = route.value;
  const change = (by) => {
    zoom.value = Math.max(0, Math.min(zooms.length - 1, zoom.value + by));
  };
  return /* @__PURE__ */ a4("div", { class: "tools", role: "toolbar", "aria-label": "Topology", children: [
    /* @__PURE__ */ a4("label", { children: [
      "Group by",
      " ",
      /* @__PURE__ */ a4(
        "select",
        {
          value: group,
          onChange: ({ currentTarget: { value } }) => go({ ...route.value, group: groupings.find((each) => each === value) ?? "workload", toggled: [] }),
          children: groupings.map((each) => /* @__PURE__ */ a4("option", { value: each, children: each }, each))
        }
      )
    ] }),
    /* @__PURE__ */ a4("span", { class: "zoom", children: [
      /* @__PURE__ */ a4("button", { type: "button", "aria-label": "Zoom out", disabled: zoom.value === 0, onClick: () => change(-1), children: "−" }),
      /* @__PURE__ */ a4("button", { type: "button", title: "Usual size", onClick: () => zoom.value = 3, children: [
        Math.round((zooms[zoom.value] ?? 1) * 100),
        " %"
      ] }),
      /* @__PURE__ */ a4("button", { type: "button", "aria-label": "Zoom in", disabled: zoom.value === zooms.length - 1, onClick: () => change(1), children: "+" })
    ] }),
    /* @__PURE__ */ a4("span", { class: "second", children: [
      count(lanes.pods, "pod"),
      " in ",
      count(lanes.networks.length, "network")
    ] }),
    /* @__PURE__ */ a4("ul", { class: "legend", "aria-label": "Legend", children: ["attached", "clash", "missing", "waiting", "unasked"].map((mark) => /* @__PURE__ */ a4("li", { children: [
      /* @__PURE__ */ a4("svg", { width: "14", height: "14", viewBox: "-7 -7 14 14", "aria-hidden": "true", children: /* @__PURE__ */ a4(Sign, { mark, radius: 5 }) }),
      " ",
      markWords[mark]
    ] }, mark)) })
  ] });
}
function Board({ lanes: { networks, rows }, zoom }) {
  const box = T2(null);
  const view = useSignal({ top: 0, height: 800, width: 1e3 });
  const over = useSignal("");
  useView(box, view);
  usePan(box, zoom);
  const size = sizeAt(zooms[zoom.value] ?? 1, view.value.width);
  const [width, height] = [networks.length * size.lane, rows.length * size.row];
  const first = Math.max(0, Math.floor((view.value.top - size.head) / size.row) - spare2);
  const last = Math.min(rows.length, Math.ceil((view.value.top + view.value.height) / size.row) + spare2);
  const shown = rows.slice(first, last).map((row, offset) => ({ row, top: (first + offset) * size.row }));
  const tracks = {
    gridTemplateColumns: \`\${size.label}px \${width}px\`,
    gridTemplateRows: \`\${size.head}px \${height}px\`,
    fontSize: \`\${Math.max(10, Math.min(14, 13 * (zooms[zoom.value] ?? 1)))}px\`
  };
  return /* @__PURE__ */ a4("div", { class: "board", ref: box, role: "group", "aria-label": "Pods and their networks", tabIndex: 0, children: /* @__PURE__ */ a4("div", { class: "grid", style: tracks, children: [
    /* @__PURE__ */ a4("div", { class: "corner" }),
    /* @__PURE__ */ a4("ul", { class: "heads", "aria-label": "Networks", children: networks.map((network, index) => /* @__PURE__ */ a4(LaneHead, { of: network, index, size, over }, network.name)) }),
    /* @__PURE__ */ a4("ul", { class: "labels", "aria-label": "Pods", children: shown.map(({ row, top }) => /* @__PURE__ */ a4(Label, { of: row, top, size }, row.key)) }),
    /* @__PURE__ */ a4("svg", { class: "lanes", width, height, role: "group", "aria-label": "Attachments", children: [
      networks.map(({ name }, index) => /* @__PURE__ */ a4(
        "line",
        {
          class: \`lane c\${index % colours} \${over.value === name ? "over" : ""}\`,
          x1: (index + 0.5) * size.lane,
          x2: (index + 0.5) * size.lane,
          y1: 0,
          y2: height
        },
        name
      )),
      shown.map(({ row, top }) => /* @__PURE__ */ a4(Wire, { of: row, top, size, networks }, row.key))
    ] })
  ] }) });
}
var LaneHead = ({ of, index, size, over }) => /* @__PURE__ */ a4(
  "li",
  {
    class: \`c\${index % colours}\`,
    style: { width: \`\${size.lane}px\` },
    onPointerEnter: () => over.value = of.name,
    onPointerLeave: () => over.value = "",
    children: [
      /* @__PURE__ */ a4("a", { href: linkToObject("networks", of.name), title: [of.name, ...of.types, ...of.subnets].join(" · "), children: of.name }),
      /* @__PURE__ */ a4("span", { class: "second", children: of.kind === "missing" ? "▲ does not exist" : of.subnets[0] ?? of.types.join(" + ") })
    ]
  }
);
function Label({ of, top, size }) {
  const sign = of.severity === "error" ? "▲ " : of.severity === "warning" ? "△ " : "";
  const { toggled } = route.value;
  const toggle = () => {
    const others = toggled.filter((each) => each !== of.name);
    go({ ...route.value, toggled: others.length < toggled.length ? others : [...toggled, of.name] }, { replace: true });
  };
  return /* @__PURE__ */ a4(
    "li",
    {
      class: \`\${of.kind} \${of.isNested ? "nested" : ""} \${of.severity ?? ""}\`,
      style: { top: \`\${top}px\`, height: \`\${size.row}px\` },
      children: [
        of.kind === "group" ? /* @__PURE__ */ a4("button", { type: "button", "aria-expanded": of.isOpen, onClick: toggle, title: of.name, children: [
          /* @__PURE__ */ a4("span", { "aria-hidden": "true", children: of.isOpen ? "▾" : "▸" }),
          " ",
          sign,
          of.name
        ] }) : /* @__PURE__ */ a4("a", { href: linkToObject("pods", of.key), title: of.name, children: [
          sign,
          of.name
        ] }),
        /* @__PURE__ */ a4("span", { class: "second", children: of.note })
      ]
    }
  );
}
function Wire({ of, top, size, networks }) {
  const y5 = top + size.row / 2;
  const end = Math.max(-1, ...of.dots.map(({ lane }) => lane));
  const radius = Math.max(3.5, size.row / 5);
  return /* @__PURE__ */ a4("g", { class: \`wire \${of.kind}\`, children: [
    /* @__PURE__ */ a4("rect", { class: "band", x: 0, y: top, width: networks.length * size.lane, height: size.row }),
    end >= 0 && /* @__PURE__ */ a4("line", { x1: 0, x2: (end + 0.5) * size.lane, y1: y5, y2: y5 }),
    placed(of.dots).map(({ dot, shift }, index) => {
      const link = of.kind === "pod" ? linkToObject("pods", of.key) : linkToObject("networks", networks[dot.lane]?.name ?? "");
      return /* @__PURE__ */ a4("a", { href: link, tabIndex: -1, children: [
        /* @__PURE__ */ a4("title", { children: dot.title }),
        /* @__PURE__ */ a4("g", { class: \`c\${dot.lane % colours}\`, transform: \`translate(\${(dot.lane + 0.5) * size.lane + shift} \${y5})\`, children: [
          /* @__PURE__ */ a4(Sign, { mark: dot.mark, radius }),
          size.row >= 20 && /* @__PURE__ */ a4("text", { x: radius + 3, y: -4, children: dot.text })
        ] })
      ] }, index);
    })
  ] });
}
var placed = (dots) => dots.map((dot, index) => ({
  dot,
  shift: dots.slice(0, index).filter(({ lane }) => lane === dot.lane).length * -22
}));
function Sign({ mark, radius }) {
  const r4 = radius;
  switch (mark) {
    case "attached":
      return /* @__PURE__ */ a4("circle", { class: "dot", r: r4 });
    case "clash":
      return /* @__PURE__ */ a4("path", { class: "bad", d: \`M0 \${-r4 * 1.3} L\${r4 * 1.3} \${r4} L\${-r4 * 1.3} \${r4} Z\` });
    case "missing":
      return /* @__PURE__ */ a4("path", { class: "cross", d: \`M\${-r4} \${-r4} L\${r4} \${r4} M\${-r4} \${r4} L\${r4} \${-r4}\` });
    case "waiting":
      return /* @__PURE__ */ a4("circle", { class: "open", r: r4 });
    case "unasked":
      return /* @__PURE__ */ a4("path", { class: "dot", d: \`M0 \${-r4 * 1.3} L\${r4 * 1.3} 0 L0 \${r4 * 1.3} L\${-r4 * 1.3} 0 Z\` });
  }
}
function Shell() {
  const of = content.value;
  const { page, search, namespace, network, node, wrong } = route.value;
  const rows = w2(() => {
    if (of === void 0) return void 0;
    const filters = { search, namespace, network, node, wrong };
    return { pods: podRows(of, filters), networks: networkRows(of, filters), problems: problemRows(of, filters) };
  }, [of, search, namespace, network, node, wrong]);
  A2(() => {
    document.title = \`Plexus: \${page}\`;
  }, [page]);
  useShortcuts();
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("header", { children: [
      /* @__PURE__ */ a4("h1", { children: "Plexus" }),
      /* @__PURE__ */ a4("p", { id: "cluster", children: of === void 0 ? "" : scopeText(of) }),
      /* @__PURE__ */ a4(Live, { of })
    ] }),
    /* @__PURE__ */ a4(Navigation, { rows }),
    /* @__PURE__ */ a4(Stale, { of }),
    of?.head.notes.map((note) => /* @__PURE__ */ a4("p", { class: "note", children: [
      note.charAt(0).toUpperCase() + note.slice(1),
      "."
    ] }, note)),
    page !== "overview" && of !== void 0 && /* @__PURE__ */ a4(FilterForm, { of }),
    /* @__PURE__ */ a4("main", { class: staleBecause.value === void 0 ? "" : "stale", children: of === void 0 || rows === void 0 ? /* @__PURE__ */ a4(Empty, { children: staleBecause.value === void 0 ? "Loading …" : \`Nothing to show: \${staleBecause.value}.\` }) : /* @__PURE__ */ a4(Page, { of, rows }) })
  ] });
}
var scopeText = ({ head: { cluster, namespace } }) => \`\${cluster}, \${namespace === void 0 ? "all namespaces" : \`namespace \${namespace}\`}\`;
function Live({ of }) {
  const isStale = staleBecause.value !== void 0;
  const text = isStale ? "not up to date" : of === void 0 ? "loading …" : of.head.complete ? "live" : "reading …";
  return /* @__PURE__ */ a4("p", { id: "live", role: "status", class: isStale ? "lost" : of?.head.complete ? "fine" : "", children: text });
}
function Stale({ of }) {
  const why = staleBecause.value;
  if (why === void 0) return null;
  const at = currentAt.value === 0 ? void 0 : new Date(currentAt.value).toLocaleTimeString("en-GB");
  return /* @__PURE__ */ a4("div", { class: "banner", role: "alert", children: [
    /* @__PURE__ */ a4("strong", { children: [
      "Not up to date: ",
      why,
      "."
    ] }),
    " ",
    of !== void 0 && at !== void 0 && \`The page shows the state of \${at}. \`,
    why.startsWith("plexus ui") ? "Start it again and open the address that it prints." : "It retries automatically."
  ] });
}
var titles = {
  overview: "Overview",
  pods: "Pods",
  networks: "Networks",
  problems: "Problems",
  topology: "Topology"
};
var Navigation = ({ rows }) => /* @__PURE__ */ a4("nav", { "aria-label": "Pages", children: pages.map((each) => {
  const number = rows === void 0 || each === "overview" || each === "topology" ? void 0 : rows[each].length;
  return /* @__PURE__ */ a4(
    "a",
    {
      href: linkToPage(each, route.value),
      "aria-current": route.value.page === each ? "page" : void 0,
      children: [
        titles[each],
        number !== void 0 && /* @__PURE__ */ a4("span", { class: "count", children: [
          " (",
          number,
          ")"
        ] })
      ]
    },
    each
  );
}) });
function FilterForm({ of }) {
  const values = w2(() => filterValues(of), [of]);
  const shown = route.value;
  const set = (change) => go({ ...route.value, ...change }, { replace: true });
  const isFiltered = shown.search !== "" || shown.namespace !== "" || shown.network !== "" || shown.node !== "" || shown.wrong;
  return /* @__PURE__ */ a4("form", { id: "filters", role: "search", "aria-label": "Search and filter", onSubmit: (event) => event.preventDefault(), children: [
    /* @__PURE__ */ a4("span", { class: "field wide", children: [
      /* @__PURE__ */ a4("label", { for: "search", children: [
        "Search ",
        /* @__PURE__ */ a4("kbd", { children: "/" })
      ] }),
      /* @__PURE__ */ a4(
        "input",
        {
          id: "search",
          type: "search",
          autocomplete: "off",
          spellcheck: false,
          placeholder: "name, address, interface, MAC",
          value: shown.search,
          onInput: ({ currentTarget: { value } }) => set({ search: value })
        }
      )
    ] }),
    ["namespace", "network", "node"].map((id) => /* @__PURE__ */ a4("span", { class: "field", children: [
      /* @__PURE__ */ a4("label", { for: id, children: id.charAt(0).toUpperCase() + id.slice(1) }),
      /* @__PURE__ */ a4("select", { id, value: shown[id], onChange: ({ currentTarget: { value } }) => set({ [id]: value }), children: ["", ...values[id], ...shown[id] === "" || values[id].includes(shown[id]) ? [] : [shown[id]]].map(
        (each) => /* @__PURE__ */ a4("option", { value: each, children: each === "" ? "all" : each }, each)
      ) })
    ] }, id)),
    /* @__PURE__ */ a4("span", { class: "field", hidden: shown.page === "problems", children: [
      /* @__PURE__ */ a4(
        "input",
        {
          id: "wrong",
          type: "checkbox",
          checked: shown.wrong,
          onChange: ({ currentTarget: { checked } }) => set({ wrong: checked })
        }
      ),
      " ",
      /* @__PURE__ */ a4("label", { for: "wrong", children: "only with problems" })
    ] }),
    isFiltered && /* @__PURE__ */ a4("button", { type: "button", onClick: () => set(noFilters), children: "Clear" })
  ] });
}
function Page({ of, rows }) {
  const { page, at } = route.value;
  if (!of.head.complete && of.pods.size === 0 && of.networks.size === 0) return /* @__PURE__ */ a4(Empty, { children: "Reading the cluster …" });
  const none = (what, total) => total === 0 ? \`There are no \${what} here.\` : \`None of \${total} matches the filters.\`;
  switch (page) {
    case "overview":
      return /* @__PURE__ */ a4(Overview, { of });
    case "pods": {
      const pod = of.pods.get(at);
      return /* @__PURE__ */ a4(Split, { table: /* @__PURE__ */ a4(PodTable, { rows: rows.pods, empty: none("pods with networks", of.pods.size) }), children: pod && /* @__PURE__ */ a4(PodDetail, { pod, of, now: now.value }) });
    }
    case "networks": {
      const network = of.networks.get(at);
      return /* @__PURE__ */ a4(Split, { table: /* @__PURE__ */ a4(NetworkTable, { rows: rows.networks, empty: none("networks", of.networks.size) }), children: network && /* @__PURE__ */ a4(NetworkDetail, { network, of, now: now.value }) });
    }
    case "problems": {
      const problem = of.problems.get(at);
      return /* @__PURE__ */ a4(Split, { table: /* @__PURE__ */ a4(ProblemTable, { rows: rows.problems, empty: none("problems", of.problems.size) }), children: problem && /* @__PURE__ */ a4(ProblemDetail, { problem }) });
    }
    case "topology":
      return /* @__PURE__ */ a4(Topology, { of, rows: rows.pods });
  }
}
function Split({ table, children }) {
  const { at, page } = route.value;
  const detail = T2(null);
  A2(() => detail.current?.scrollTo(0, 0), [at]);
  return /* @__PURE__ */ a4("div", { class: at === "" ? "split" : "split chosen", children: [
    table,
    at !== "" && /* @__PURE__ */ a4("section", { class: "detail", "aria-label": "Details", tabIndex: 0, ref: detail, children: [
      /* @__PURE__ */ a4("p", { class: "back", children: /* @__PURE__ */ a4("a", { href: linkTo({ ...route.value, at: "" }), children: [
        /* @__PURE__ */ a4("span", { class: "far", "aria-hidden": "true", children: "✕" }),
        /* @__PURE__ */ a4("span", { class: "near", children: [
          " ‹ ",
          titles[page]
        ] }),
        /* @__PURE__ */ a4("span", { class: "far hidden", children: "Close the details" })
      ] }) }),
      children ?? /* @__PURE__ */ a4(Empty, { children: [
        at,
        " does not exist (any more)."
      ] })
    ] })
  ] });
}
function useShortcuts() {
  A2(() => {
    const end = new AbortController();
    document.addEventListener(
      "keydown",
      (event) => {
        const search = document.querySelector("#search");
        const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
        if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey && search !== null) {
          event.preventDefault();
          search.focus();
        }
        if (event.key === "Escape" && event.target === search) {
          go({ ...route.value, search: "" }, { replace: true });
          requestAnimationFrame(() => document.querySelector('.row a[tabindex="0"]')?.focus());
        }
      },
      { signal: end.signal }
    );
    return () => end.abort();
  }, []);
}
follow();
runClock();
var place = document.querySelector("#app");
if (place !== null) Q(/* @__PURE__ */ a4(Shell, {}), place);
`;
