// Made from src/ui/page by `npm run make`: do not edit.
export const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Plexus: networks and pods</title>
    <link rel="stylesheet" href="page.css" />
    <link rel="icon" href="data:," />
    <script type="module" src="page.js"></script>
  </head>
  <body>
    <header>
      <h1>Plexus</h1>
      <p id="cluster"></p>
      <p id="live" role="status">loading …</p>
    </header>
    <form id="filters" role="search" aria-label="Search and filter">
      <span>
        <label for="search">Search <kbd>/</kbd></label>
        <input
          id="search"
          type="search"
          autocomplete="off"
          spellcheck="false"
          placeholder="name, address, interface, MAC"
        />
      </span>
      <span
        ><label for="namespace">Namespace</label>
        <select id="namespace"></select
      ></span>
      <span
        ><label for="network">Network</label>
        <select id="network"></select
      ></span>
      <span
        ><label for="node">Node</label>
        <select id="node"></select
      ></span>
      <span><input id="wrong" type="checkbox" /> <label for="wrong">only what is wrong</label></span>
    </form>
    <div role="tablist" aria-label="What to show">
      <button role="tab" id="tab-pods" aria-controls="panel">Pods</button>
      <button role="tab" id="tab-networks" aria-controls="panel">Networks</button>
      <button role="tab" id="tab-problems" aria-controls="panel">Problems</button>
      <button role="tab" id="tab-picture" aria-controls="panel">Picture</button>
    </div>
    <main id="panel" role="tabpanel" tabindex="-1">
      <div id="split">
        <div id="list" role="listbox" tabindex="0"><div id="rows" role="presentation"></div></div>
        <section id="detail" tabindex="-1" aria-label="Details">
          <div id="about"></div>
          <section id="recent" aria-label="Recent operations" hidden></section>
        </section>
      </div>
      <div id="picture" hidden tabindex="0" role="group" aria-label="Picture"><img id="drawing" alt="" /></div>
    </main>
    <noscript>This page needs JavaScript. The same is told by: plexus pods, plexus networks, plexus graph.</noscript>
  </body>
</html>
`;
export const css = `:root {
  color-scheme: light dark;
  --paper: #ffffff;
  --ink: #1b1f24;
  --dim: #57606a;
  --band: #f3f5f7;
  --line: #7f8892;
  --soft: #d8dee4;
  --bad: #b3261e;
  --warn: #7a4d00;
  --chosen: #ddebf7;
  --focus: #0072b2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181d;
    --ink: #e8eaed;
    --dim: #a3adb8;
    --band: #1d232a;
    --line: #6e7781;
    --soft: #343c45;
    --bad: #ff8a80;
    --warn: #ffc46b;
    --chosen: #173753;
    --focus: #56b4e9;
  }
}
* {
  box-sizing: border-box;
}
html,
body {
  height: 100%;
}
body {
  margin: 0;
  display: flex;
  flex-direction: column;
  background: var(--paper);
  color: var(--ink);
  font:
    14px/1.4 ui-sans-serif,
    system-ui,
    'Segoe UI',
    Roboto,
    'DejaVu Sans',
    sans-serif;
}
:focus-visible {
  outline: 3px solid var(--focus);
  outline-offset: 1px;
}
header,
#filters,
[role='tablist'] {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px 18px;
  padding: 8px 20px;
}
header {
  padding-top: 14px;
}
h1 {
  font-size: 20px;
  margin: 0;
}
header p {
  margin: 0;
  color: var(--dim);
}
#live {
  margin-left: auto;
}
#live.lost {
  color: var(--bad);
  font-weight: 600;
}
label {
  color: var(--dim);
}
input[type='search'],
select {
  font: inherit;
  color: var(--ink);
  background: var(--paper);
  border: 1px solid var(--line);
  border-radius: 6px;
  padding: 4px 8px;
  max-width: 16em;
}
input[type='search'] {
  width: 20em;
  max-width: 100%;
}
kbd {
  border: 1px solid var(--line);
  border-radius: 4px;
  padding: 0 5px;
  font: inherit;
}
[role='tablist'] {
  padding-bottom: 0;
  gap: 4px;
  border-bottom: 1px solid var(--soft);
}
[role='tab'] {
  font: inherit;
  color: var(--dim);
  background: none;
  border: 0;
  border-bottom: 3px solid transparent;
  padding: 6px 12px;
  cursor: pointer;
}
[role='tab'][aria-selected='true'] {
  color: var(--ink);
  font-weight: 600;
  border-color: var(--focus);
}
main {
  flex: 1;
  min-height: 0;
}
#split {
  display: grid;
  grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
  height: 100%;
}
#split[hidden],
#filters[hidden] {
  display: none;
}
#list,
#detail,
#picture {
  overflow: auto;
  min-height: 0;
}
#picture {
  height: 100%;
  padding: 12px 20px;
}
#list {
  position: relative;
  border-right: 1px solid var(--soft);
}
#rows {
  position: relative;
}
[role='option'] {
  position: absolute;
  left: 0;
  right: 0;
  height: 46px;
  padding: 4px 20px;
  border-bottom: 1px solid var(--soft);
  cursor: pointer;
  white-space: nowrap;
  overflow: hidden;
}
[role='option'] > * {
  overflow: hidden;
  text-overflow: ellipsis;
}
[role='option'][aria-selected='true'] {
  background: var(--chosen);
  box-shadow: inset 4px 0 var(--focus);
}
.second {
  color: var(--dim);
  font-size: 12px;
}
.mono {
  white-space: nowrap;
  font-family: ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', monospace;
  font-size: 12px;
}
.bad {
  color: var(--bad);
  font-weight: 600;
}
.warn {
  color: var(--warn);
  font-weight: 600;
}
#detail {
  padding: 14px 20px;
}
h2 {
  font-size: 17px;
  margin: 0 0 4px;
  overflow-wrap: anywhere;
}
h3 {
  font-size: 14px;
  margin: 18px 0 4px;
}
table {
  border-collapse: collapse;
  width: 100%;
}
th,
td {
  text-align: left;
  vertical-align: top;
  padding: 4px 10px 4px 0;
  border-bottom: 1px solid var(--soft);
  overflow-wrap: break-word;
}
th {
  color: var(--dim);
  font-weight: 500;
}
#detail ul {
  padding-left: 18px;
  margin: 4px 0;
}
.link {
  font: inherit;
  color: var(--focus);
  background: none;
  border: 0;
  padding: 0;
  text-align: left;
  text-decoration: underline;
  cursor: pointer;
}
.empty {
  color: var(--dim);
  padding: 14px 20px;
}
.operation {
  border-top: 1px solid var(--soft);
  padding: 6px 0;
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
  box-sizing: border-box;
  height: 100%;
  border-left: 3px solid var(--focus); /* the shortest can be seen too */
  background: var(--focus);
}
.minor .bar > div {
  border-color: var(--line);
  background: var(--line);
}
.bar > .failed {
  border-color: var(--bad);
  background: var(--bad);
}
.error {
  border-left: 3px solid var(--bad);
  padding-left: 10px;
  margin: 8px 0;
  overflow-wrap: anywhere;
}
.error p,
h4 {
  margin: 2px 0;
}
.texts {
  margin: 4px 0;
}
pre,
code {
  font-family: ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', monospace;
  font-size: 12px;
  overflow-wrap: anywhere;
}
pre {
  white-space: pre-wrap;
  background: var(--band);
  padding: 6px 10px;
  margin: 2px 0 8px;
}
@media (max-width: 720px) {
  #split {
    grid-template-columns: none;
    grid-template-rows: 1fr 1fr;
  }
  #list {
    border-right: 0;
    border-bottom: 1px solid var(--soft);
  }
}
`;
export const script = `function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(\`no element \${id}\`);
  return found;
}
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}
function action(text, act) {
  const button = make("button", { type: "button", class: "link" }, text);
  button.addEventListener("click", act);
  return button;
}
function itemsOf(view, topology, filters2) {
  const words = filters2.search.toLowerCase().split(/\\s+/).filter((word) => word !== "");
  const has = (...texts) => words.every((word) => texts.some((text) => text.toLowerCase().includes(word)));
  switch (view) {
    case "pods":
      return topology.pods.filter((pod) => isWanted(pod, filters2) && has(...textsOf(pod))).map((pod) => podItem(pod, topology));
    case "networks":
      return topology.networks.filter(
        (network) => (filters2.network === "" || network.name === filters2.network) && isIn(network.name, filters2) && (!filters2.wrong || network.problems.length > 0)
      ).filter(({ name, types, subnets }) => has(name, ...types, ...subnets)).map((network) => networkItem(network));
    case "problems":
      return topology.problems.map((problem, index) => ({ problem, index })).filter(({ problem }) => filters2.network === "" || problem.network === filters2.network).filter(
        ({ problem }) => filters2.namespace === "" || [...problem.pods, problem.network ?? ""].some((name) => name.startsWith(\`\${filters2.namespace}/\`))
      ).filter(
        ({ problem }) => filters2.node === "" || topology.pods.some((pod) => pod.node === filters2.node && problem.pods.includes(keyOf(pod)))
      ).filter(({ problem }) => has(problem.text, problem.kind)).toSorted(
        (a, b) => Number(b.problem.severity === "error") - Number(a.problem.severity === "error") || a.index - b.index
      ).map(({ problem }) => problemItem(problem));
  }
}
var keyOf = ({ namespace, name }) => \`\${namespace}/\${name}\`;
var isIn = (name, { namespace }) => namespace === "" || name.startsWith(\`\${namespace}/\`);
var isWanted = (pod, { namespace, network, node, wrong: wrong2 }) => (namespace === "" || pod.namespace === namespace) && (node === "" || pod.node === node) && (network === "" || pod.attachments.some((each) => each.network === network)) && (!wrong2 || pod.problems.length > 0);
var textsOf = (pod) => [
  keyOf(pod),
  pod.node ?? "",
  pod.owner ?? "",
  ...pod.attachments.flatMap(({ network, interface: name, ips, mac }) => [network, name, mac ?? "", ...ips])
];
function podItem(pod, { problems }) {
  const own = pod.problems.map((index) => problems[index]?.severity);
  const severity = own.includes("error") ? "error" : own[0];
  return {
    key: \`pod \${keyOf(pod)}\`,
    first: keyOf(pod),
    second: [pod.node ?? "no node", ...pod.attachments.map(attachmentText)].join(" · "),
    ...severity !== void 0 && { severity },
    of: { pod }
  };
}
var attachmentText = ({ interface: name, ips, network, state: state2 }) => state2 === "attached" ? \`\${name} \${ips.join(" ") || network}\` : \`\${network} \${stateWord(state2)}\`;
var stateWord = (state2) => state2 === "unasked" ? "not requested" : state2;
var networkItem = (network) => ({
  key: \`network \${network.name}\`,
  first: network.name,
  second: [...factsOf(network), \`\${network.pods} \${network.pods === 1 ? "pod" : "pods"}\`].join(" · "),
  ...network.problems.length > 0 && { severity: "error" },
  of: { network }
});
var kinds = {
  definition: "",
  node: "of the nodes",
  missing: "does not exist",
  unknown: "not readable"
};
var factsOf = ({ kind, types, subnets }) => [kinds[kind], types.join(" + "), ...subnets].filter((text) => text !== "");
var problemItem = (problem) => ({
  key: \`problem \${problem.kind} \${problem.text}\`,
  first: problem.text,
  second: \`\${problem.severity} · \${problem.kind}\`,
  severity: problem.severity,
  of: { problem }
});
function detailOf(item, topology, going2) {
  if (item === void 0) return [make("p", { class: "second" }, "Choose something in the list.")];
  if ("pod" in item.of)
    return podSections.flatMap((section) => section(item.of, topology, going2));
  if ("network" in item.of) return networkDetail(item.of.network, topology, going2);
  return problemDetail(item.of.problem, going2);
}
var podSections = [
  podHeading,
  podAttachments,
  ({ pod }, topology, going2) => problemList(pod.problems, topology, going2)
];
function podHeading({ pod }) {
  const facts = [
    pod.phase ?? "phase unknown",
    pod.node === void 0 ? "no node yet" : \`node \${pod.node}\`,
    ...pod.owner === void 0 ? [] : [\`of \${pod.owner}\`]
  ];
  return [make("h2", {}, \`\${pod.namespace}/\${pod.name}\`), make("p", { class: "second" }, facts.join(" · "))];
}
function podAttachments({ pod }, _, { toNetwork }) {
  const heading = ["Interface", "Network", "Addresses", "MAC", "State"].map(
    (text) => make("th", { scope: "col" }, text)
  );
  const rows = pod.attachments.map(
    (each) => make(
      "tr",
      {},
      make("td", {}, each.interface || "–"),
      make(
        "td",
        {},
        action(each.network, () => toNetwork(each.network))
      ),
      make("td", { class: "mono" }, ...each.ips.length === 0 ? ["–"] : each.ips.map((ip) => make("div", {}, ip))),
      make("td", { class: "mono" }, each.mac ?? "–"),
      stateCell(each)
    )
  );
  return [
    make("h3", {}, "Networks"),
    make("table", {}, make("thead", {}, make("tr", {}, ...heading)), make("tbody", {}, ...rows))
  ];
}
function stateCell({ state: state2, problems }) {
  const isBad = state2 === "missing" || problems.length > 0;
  const words = [stateWord(state2), ...problems.length > 0 ? ["also elsewhere"] : []].join(", ");
  return make("td", isBad ? { class: "bad" } : {}, isBad ? \`▲ \${words}\` : words);
}
function problemList(indexes, { problems }, going2) {
  const own = indexes.flatMap((index) => problems[index] ?? []);
  if (own.length === 0) return [];
  return [
    make("h3", {}, own.length === 1 ? "1 problem" : \`\${own.length} problems\`),
    make("ul", {}, ...own.map((each) => make("li", {}, ...problemText(each, going2))))
  ];
}
var problemText = (problem, { toPod }) => [
  make("span", { class: problem.severity === "error" ? "bad" : "warn" }, \`\${problem.severity}: \`),
  problem.text,
  ...problem.pods.length > 1 ? problem.pods.slice(0, 10).flatMap((key) => [" ", action(key, () => toPod(key))]) : []
];
var networkDetail = (network, topology, going2) => [
  make("h2", {}, network.name),
  make("p", { class: "second" }, factsOf(network).join(" · ")),
  make(
    "p",
    {},
    network.pods === 0 ? "No pod is in it." : action(
      network.pods === 1 ? "Show its pod" : \`Show its \${network.pods} pods\`,
      () => going2.toPodsOf(network.name)
    )
  ),
  ...problemList(network.problems, topology, going2)
];
var problemDetail = (problem, going2) => [
  make("h2", {}, problem.kind),
  make(
    "p",
    {},
    make("span", { class: problem.severity === "error" ? "bad" : "warn" }, \`\${problem.severity}: \`),
    problem.text
  ),
  make(
    "ul",
    {},
    ...problem.pods.slice(0, 100).map(
      (key) => make(
        "li",
        {},
        action(key, () => going2.toPod(key))
      )
    )
  ),
  ...problem.network === void 0 ? [] : [
    make(
      "p",
      {},
      "Network: ",
      action(problem.network, () => going2.toNetwork(problem.network ?? ""))
    )
  ]
];
var rowHeight = 46;
var spare = 8;
function makeList(box, rows, on) {
  let items = [];
  let key = "";
  let empty = "";
  const indexOf = () => items.findIndex((item) => item.key === key);
  const draw = () => drawRows(box, rows, { items, chosen: indexOf(), empty });
  const choose = (index) => {
    const item = items[Math.max(0, Math.min(items.length - 1, index))];
    if (item === void 0) return;
    key = item.key;
    scrollTo(box, items.indexOf(item));
    draw();
    on.choose(item);
  };
  box.addEventListener("keydown", (event) => {
    const to = moveSelection(event.key, {
      from: indexOf(),
      count: items.length,
      page: Math.max(1, Math.floor(box.clientHeight / rowHeight) - 1)
    });
    if (to !== void 0) choose(to);
    else if (event.key === "Enter") on.open();
    else return;
    event.preventDefault();
  });
  box.addEventListener("scroll", draw);
  box.addEventListener("focus", () => {
    if (indexOf() < 0 && box.matches(":focus-visible")) choose(0);
  });
  for (const kind of ["pointerup", "click"]) {
    rows.addEventListener(kind, ({ target }) => {
      const row = target.closest("[role=option]");
      if (row !== null) choose(Number(row.getAttribute("data-index")));
    });
  }
  new ResizeObserver(draw).observe(box);
  return {
    show: (next, text) => {
      [items, empty] = [next, text];
      draw();
      on.choose(items[indexOf()]);
    },
    choose: (wanted) => {
      key = wanted;
      choose(Math.max(0, indexOf()));
    }
  };
}
function moveSelection(key, { from, count, page }) {
  const moves = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: count - 1
  };
  return moves[key];
}
function scrollTo(box, index) {
  const top = index * rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight - box.clientHeight;
}
function drawRows(box, rows, { items, chosen, empty }) {
  rows.style.height = \`\${items.length * rowHeight}px\`;
  const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - spare);
  const last = Math.min(items.length, Math.ceil((box.scrollTop + box.clientHeight) / rowHeight) + spare);
  const shown = items.slice(first, last).map(
    (item, offset) => rowFor(item, { index: first + offset, count: items.length, isChosen: first + offset === chosen })
  );
  rows.replaceChildren(...items.length === 0 ? [make("p", { class: "empty" }, empty)] : shown);
  if (chosen >= first && chosen < last) box.setAttribute("aria-activedescendant", \`row-\${chosen}\`);
  else box.removeAttribute("aria-activedescendant");
}
var signs = { error: "▲ error", warning: "△ warning" };
function rowFor({ first, second, severity }, { index, count, isChosen }) {
  const mark = severity === void 0 ? [] : [make("span", { class: severity === "error" ? "bad" : "warn" }, \` \${signs[severity]}\`)];
  const row = make(
    "div",
    {
      role: "option",
      id: \`row-\${index}\`,
      "data-index": String(index),
      "aria-selected": String(isChosen),
      "aria-setsize": String(count),
      "aria-posinset": String(index + 1)
    },
    make("div", {}, first, ...mark),
    make("div", { class: "second" }, second)
  );
  row.style.top = \`\${index * rowHeight}px\`;
  return row;
}
function timelineElement(timeline, isOpen) {
  const { command: command2, startedAt, ended, outcome, errors, steps, leftOut } = timeline;
  const isBad = outcome === "failure";
  const words = [isBad ? \`▲ \${ended}\` : ended, ...new Set(errors.map(({ id }) => id))].join(", ");
  const summary = make(
    "summary",
    {},
    make("strong", {}, command2),
    " ",
    make("time", { class: "mono", datetime: startedAt }, startedAt),
    " ",
    make("span", isBad ? { class: "bad" } : {}, words)
  );
  return make(
    "details",
    { class: "operation", ...isOpen && { open: "" } },
    summary,
    ...steps.length === 0 ? [] : [stepsTable(\`Steps of \${command2} \${startedAt}\`, steps)],
    ...leftOut === void 0 ? [] : [make("p", { class: "second" }, leftOut)],
    ...errors.map(errorElement),
    ...steps.filter(({ texts }) => texts.length > 0).map(textsElement)
  );
}
function stepsTable(label, steps) {
  const heading = ["Start", "Time", "When", "Step", "Outcome"].map((text) => make("th", { scope: "col" }, text));
  return make(
    "table",
    { "aria-label": label },
    make("thead", {}, make("tr", {}, ...heading)),
    make("tbody", {}, ...steps.map(stepRow))
  );
}
var stepRow = (step) => make(
  "tr",
  step.kind === "plugin" ? {} : { class: "minor" },
  make("td", { class: "mono" }, \`\${step.offsetMs} ms\`),
  make("td", { class: "mono" }, \`\${step.ms} ms\`),
  make("td", {}, bar(step)),
  make("td", {}, step.name),
  make("td", step.failed ? { class: "bad" } : {}, step.failed ? \`▲ \${step.outcome}\` : step.outcome)
);
function bar({ from, share, failed }) {
  const filled = make("div", failed ? { class: "failed" } : {});
  filled.style.marginLeft = \`\${(from * 100).toFixed(2)}%\`;
  filled.style.width = \`\${(share * 100).toFixed(2)}%\`;
  return make("div", { class: "bar", "aria-hidden": "true" }, filled);
}
var errorElement = ({ id, code, message, details, fix }) => make(
  "div",
  { class: "error" },
  make("p", {}, make("span", { class: "bad" }, \`▲ \${id}\`), \` (code \${code}): \${message}\`),
  ...details.map((each) => make("p", { class: "second" }, each)),
  make("p", {}, make("strong", {}, "fix: "), fix)
);
function textsElement({ name, texts }) {
  const element = make(
    "details",
    { class: "texts" },
    make("summary", {}, \`\${texts.map(({ what }) => what).join(", ")} of \${name}\`)
  );
  const show = () => element.append(...texts.flatMap(({ what, text }) => [make("h4", {}, what), make("pre", {}, text)]));
  element.addEventListener("toggle", show, { once: true });
  return element;
}
function recentSection(box) {
  let shown = "";
  let asking = new AbortController();
  return {
    show: (pod) => {
      const key = pod === void 0 ? "" : \`\${keyOf2(pod)} \${pod.node ?? ""}\`;
      if (key === shown) return;
      shown = key;
      asking.abort();
      box.hidden = pod === void 0;
      if (pod === void 0) return box.replaceChildren();
      const message = make("p", { class: "second" });
      const list2 = make("div");
      const ask2 = () => {
        asking.abort();
        asking = new AbortController();
        void fill({ message, list: list2 }, pod, asking.signal);
      };
      const again2 = action("Refresh", () => {
        message.setAttribute("aria-live", "polite");
        ask2();
      });
      box.replaceChildren(
        make("h3", {}, "Recent operations"),
        message,
        list2,
        ...pod.node === void 0 ? [] : [make("p", {}, again2)]
      );
      if (pod.node === void 0) message.textContent = "It is not on a node yet, so there are no operations.";
      else ask2();
    }
  };
}
var keyOf2 = ({ namespace, name }) => \`\${namespace}/\${name}\`;
async function fill({ message, list: list2 }, pod, signal) {
  message.replaceChildren("reading from the daemon …");
  const answer = await ask(keyOf2(pod), signal);
  if (signal.aborted) return;
  message.replaceChildren(..."problem" in answer ? notReachable(pod, answer.problem) : summaryOf(pod, answer));
  const operations = "problem" in answer ? [] : answer.operations.toReversed();
  const opened = [0, operations.findIndex(({ outcome }) => outcome === "failure")];
  list2.replaceChildren(...operations.map((each, index) => timelineElement(each, opened.includes(index))));
}
async function ask(pod, signal) {
  try {
    const response = await fetch(\`operations.json?pod=\${encodeURIComponent(pod)}\`, { signal });
    return response.ok ? await response.json() : { problem: \`plexus ui answers with \${response.status}\` };
  } catch {
    return { problem: "plexus ui has stopped" };
  }
}
var notReachable = (pod, problem) => [
  \`The daemon of its node, \${pod.node ?? ""}, has recorded them and cannot be reached from here (\${problem}); run this: \`,
  ...command(pod)
];
function summaryOf(pod, { node, operations }) {
  const isElsewhere = node !== void 0 && node !== pod.node;
  const count = operations.length === 1 ? "1 operation" : \`\${operations.length} operations, the newest first\`;
  if (isElsewhere && operations.length > 0)
    return [
      \`\${count}, on node \${node}, where a pod of this name was; for operations on \${pod.node ?? ""}, where it is now, run this: \`,
      ...command(pod)
    ];
  if (isElsewhere)
    return [
      \`The daemon that can be reached from here is that of node \${node}, but the pod is on \${pod.node ?? ""}; run this: \`,
      ...command(pod)
    ];
  if (operations.length > 0) return [count];
  const named = node === void 0 ? "The daemon that can be reached from here" : \`The daemon of its node, \${node},\`;
  const elsewhere = node === void 0 ? [\`; if it is not that of \${pod.node ?? ""}, run this: \`, ...command(pod)] : ["."];
  return [
    \`\${named} has recorded no operation on it: it keeps the newest only, and none from before its start; its log contains older ones\`,
    ...elsewhere
  ];
}
var command = (pod) => [
  make(
    "code",
    {},
    \`kubectl exec -n kube-system PLEXUS_POD -c daemon -- plexus trace pod \${pod.name} -n \${pod.namespace}\`
  ),
  \` (PLEXUS_POD: the pod of Plexus on \${pod.node ?? ""}).\`
];
var tabs = ["pods", "networks", "problems", "picture"];
var selects = ["namespace", "network", "node"];
var state;
var tab = "pods";
var search = byId("search");
var wrong = byId("wrong");
var select = (id) => byId(id);
var filters = () => ({
  search: search.value,
  namespace: select("namespace").value,
  network: select("network").value,
  node: select("node").value,
  wrong: wrong.checked
});
var going = {
  toPod: (key) => goTo("pods", \`pod \${key}\`),
  toNetwork: (name) => goTo("networks", \`network \${name}\`),
  toPodsOf: (network) => {
    clearFilters();
    select("network").value = network;
    showTab("pods");
    list.choose("");
    byId("list").focus();
  }
};
var recent = recentSection(byId("recent"));
var list = makeList(byId("list"), byId("rows"), {
  choose: (item) => {
    if (state === void 0) return;
    byId("about").replaceChildren(...detailOf(item, state.topology, going));
    recent.show(item !== void 0 && "pod" in item.of ? item.of.pod : void 0);
  },
  open: () => byId("detail").focus()
});
function goTo(where, key) {
  clearFilters();
  showTab(where);
  list.choose(key);
  byId("list").focus();
}
function clearFilters() {
  search.value = "";
  wrong.checked = false;
  for (const id of selects) select(id).value = "";
}
function showTab(next) {
  tab = next;
  for (const each of tabs) {
    const button = byId(\`tab-\${each}\`);
    button.setAttribute("aria-selected", String(each === tab));
    button.tabIndex = each === tab ? 0 : -1;
  }
  byId("panel").setAttribute("aria-labelledby", \`tab-\${tab}\`);
  byId("split").hidden = tab === "picture";
  byId("picture").hidden = tab !== "picture";
  byId("filters").hidden = tab === "picture";
  byId("list").setAttribute("aria-label", tab);
  render();
}
function render() {
  if (state === void 0) return;
  const { topology, revision, complete } = state;
  const counts = {
    pods: topology.pods.length,
    networks: topology.networks.length,
    problems: topology.problems.length
  };
  for (const [view, count] of Object.entries(counts))
    byId(\`tab-\${view}\`).textContent = \`\${view.charAt(0).toUpperCase()}\${view.slice(1)} (\${count})\`;
  if (tab === "picture")
    return drawPicture(
      revision,
      \`\${counts.pods} pods in \${counts.networks} networks, \${counts.problems} problems; the other tabs contain the same as text\`
    );
  list.show(itemsOf(tab, topology, filters()), complete ? "No matches." : "Reading the cluster …");
}
function drawPicture(revision, text) {
  const drawing = byId("drawing");
  drawing.alt = text;
  const source = \`topology.svg?revision=\${revision}\`;
  if (drawing.getAttribute("src") !== source) drawing.src = source;
}
function take(next) {
  state = next;
  const { topology } = next;
  byId("cluster").textContent = \`\${next.cluster}, \${next.namespace === void 0 ? "all namespaces" : \`namespace \${next.namespace}\`}\`;
  tellLive(
    next.problems.length > 0 ? \`not up to date: \${next.problems.join("; ")}\` : next.complete ? "live" : "reading …",
    next.problems.length > 0
  );
  const sorted = (values) => [...new Set(values)].toSorted();
  fill2("namespace", sorted(topology.pods.map(({ namespace }) => namespace)));
  fill2(
    "network",
    topology.networks.map(({ name }) => name)
  );
  fill2("node", sorted(topology.pods.flatMap(({ node }) => node ?? [])));
  render();
}
function tellLive(text, isLost) {
  const live = byId("live");
  live.classList.toggle("lost", isLost);
  if (live.textContent !== text) live.textContent = text;
}
function fill2(id, values) {
  const element = select(id);
  const all = ["", ...values];
  if (JSON.stringify([...element.options].map(({ value: value2 }) => value2)) === JSON.stringify(all)) return;
  const { value } = element;
  element.replaceChildren(...all.map((each) => make("option", { value: each }, each === "" ? "all" : each)));
  element.value = all.includes(value) ? value : "";
}
var loading;
var again = false;
function load() {
  if (loading !== void 0) {
    again = true;
    return;
  }
  loading = read().finally(() => {
    loading = void 0;
    if (again) load();
    again = false;
  });
}
async function read() {
  try {
    const answer = await fetch("state.json");
    if (answer.ok) return take(await answer.json());
    tellLive(\`plexus ui answers with \${answer.status}\`, true);
  } catch {
    tellLive("plexus ui has stopped", true);
  }
}
byId("filters").addEventListener("input", render);
byId("filters").addEventListener("submit", (event) => event.preventDefault());
for (const each of tabs) byId(\`tab-\${each}\`).addEventListener("click", () => showTab(each));
document.querySelector("[role=tablist]")?.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === void 0) return;
  showTab(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length] ?? "pods");
  byId(\`tab-\${tab}\`).focus();
});
document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  }
  if (event.key === "Escape" && event.target === search) {
    search.value = "";
    render();
    byId("list").focus();
  }
});
showTab("pods");
var events = new EventSource("events");
events.addEventListener("change", load);
events.addEventListener("error", () => tellLive("plexus ui has stopped", true));
`;
