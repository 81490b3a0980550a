"use strict";

// The flame graph, drawn by d3-flame-graph.

const cellHeight = 22;

// maxLevels is the number of rows: the library goes down from frame to frame by calls inside of each other, for which browsers have room
// for some hundreds of levels.
const maxLevels = 200;

// A Frame is a scope as the library wants it, which makes it as wide as its value and the frames inside. Scopes side by side may have more
// time than the one around them, as may those that outlive it; so widths add up self times, as a profile does.
class Frame {
  constructor(scope) {
    this.scope = scope;
    this.name = (scope.errors ? "! " : "") + scope.name + (scope.ended ? "  " + duration(scope.total) : "");
    const deepest = scope.depth === maxLevels - 1;
    this.value = deepest ? selfWithin(scope) : scope.self;
    this.children = deepest ? [] : scope.children.map((c) => new Frame(c));
    this.width = this.children.reduce((sum, c) => sum + c.width, this.value);
  }

  // wider tells whether it is visibly wider than its total.
  get wider() { return this.scope.ended && this.width > 1.01 * this.scope.total; }
}

// selfWithin returns the self time of a scope and all inside.
function selfWithin(scope) {
  let sum = 0;
  for (const left = [scope]; left.length;) {
    const s = left.pop();
    sum += s.self;
    left.push(...s.children);
  }
  return sum;
}

function frames() {
  const roots = recording.roots.map((r) => new Frame(r));
  return roots.length === 1 ? roots[0] : {scope: null, name: "all", value: 0, children: roots};
}

// tintOf returns the number of the colour of a name, the same in all views.
function tintOf(name) {
  let sum = 0;
  for (let i = 0; i < name.length; i++) sum = (sum * 31 + name.charCodeAt(i)) % 9973;
  return sum % 5;
}

class FlameGraph {
  constructor() {
    this.place = byID("flame-graph");
    this.rows = 1;
    if (recording.scopes.every((s) => s.total === 0)) {
      byID("flame").hidden = true;
      return;
    }
    this.data = frames();
    this.chart = flamegraph.default()
      .cellHeight(cellHeight).inverted(true).selfValue(true).minFrameSize(1).width(this.width).tooltip(this.tooltip())
      .transitionDuration(0)
      .onClick((d) => this.clicked(d));
    d3.select(this.place).datum(this.data).call(this.chart);
    this.finish();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) this.chart.transitionDuration(200);
    this.svg = this.place.querySelector("svg");
    this.svg.setAttribute("role", "tree");
    this.svg.setAttribute("aria-label", "Flame graph");
    this.svg.addEventListener("keydown", (e) => this.pressed(e));
    this.svg.addEventListener("focusin", (e) => this.focused(e.target.closest("g.frame")));
    this.svg.addEventListener("focusout", () => hideTip());
    new ResizeObserver(() => this.resize()).observe(this.place);
    byID("reset-zoom").addEventListener("click", () => this.zoom(null));
    for (const [part, className] of [["selected", "selected"], ["query", "match"]]) {
      watch(part, () => {
        this.mark();
        this.reveal(className);
      });
    }
    this.decorate();
  }

  get width() { return Math.max(200, this.place.clientWidth); }

  get root() { return d3.select(this.place).datum(); }

  get shown() { return [...this.svg.querySelectorAll("g.frame")]; }

  resize() {
    if (!this.chart || this.place.clientWidth === 0 || this.chart.width() === this.width) return;
    const {chart} = this, took = chart.transitionDuration();
    chart.width(this.width).transitionDuration(0).update();
    this.finish();
    chart.transitionDuration(took);
    this.decorate();
  }

  // finish lets transitions of no duration come to their end, for which they take some turns, and print does not wait.
  finish() {
    for (let i = 0; i < 4; i++) d3.timerFlush();
  }

  tooltip() {
    const tip = () => {};
    tip.show = (event, d) => showTip(this.describe(d.data), event.clientX, event.clientY);
    tip.hide = hideTip;
    return tip;
  }

  describe({scope, width, wider}) {
    if (!scope) return [["all", ""], ["total", duration(recording.rootTotal)]];
    if (!scope.ended) return [[scope.path, ""], ["calls", "none has ended"]];
    const lines = [[scope.path, ""], ["total", duration(scope.total)], ["share", percent(scope.share)], ["self", duration(scope.self)],
      ["calls", integer(scope.calls)]];
    if (scope.errors) lines.push(["errors", integer(scope.errors)]);
    if (wider) lines.push(["width", duration(width) + ", self times of all inside, as some ran side by side"]);
    return lines;
  }

  // zoom makes the frame of a scope as wide as the graph, or that of the one around it which has a frame; without one, all is in sight.
  zoom(scope) {
    if (!this.chart) return;
    const framed = scope && [...scope.ancestors, scope][Math.min(scope.depth, maxLevels - 1)];
    const node = framed ? this.root.find((n) => n.data.scope === framed) : this.root;
    for (const n of this.root.descendants()) n.data.hide = n.data.fade = false; // zoomTo leaves those of an earlier zoom
    this.chart.zoomTo(node);
  }

  clicked(d) {
    this.decorate();
    const {scope} = d.data;
    set("zoomed", d === this.root ? null : scope);
    if (scope) set("selected", scope);
    hideTip();
    this.note();
  }

  // decorate completes what the library has drawn.
  decorate() {
    const deepest = Math.max(...this.shown.map((g) => g.__data__.depth));
    this.rows = Math.max(this.rows, deepest + 1);
    this.svg.setAttribute("height", this.rows * cellHeight);
    this.svg.setAttribute("viewBox", `0 0 ${this.chart.width()} ${this.rows * cellHeight}`);
    for (const g of this.shown) {
      const {scope} = g.__data__.data;
      g.setAttribute("role", "treeitem");
      g.setAttribute("aria-level", g.__data__.depth + 1);
      g.setAttribute("aria-label", this.describe(g.__data__.data).map((line) => line.join(" ").trim()).join(", "));
      g.dataset.tint = !scope ? "none" : scope.errors ? "error" : tintOf(scope.name);
    }
    this.mark();
    this.note();
  }

  // mark shows what is selected and what is searched for.
  mark() {
    const {query, selected} = state;
    let entry = null;
    for (const g of this.shown) {
      const {scope} = g.__data__.data, found = query !== "" && scope !== null && matches(scope.path);
      g.classList.toggle("match", found);
      g.classList.toggle("dim", query !== "" && !found);
      g.classList.toggle("selected", scope !== null && scope === selected);
      g.setAttribute("aria-selected", scope !== null && scope === selected);
      g.setAttribute("tabindex", -1);
      if (!entry || (scope !== null && scope === selected)) entry = g;
    }
    entry?.setAttribute("tabindex", 0);
    const chosen = this.svg.querySelector("g.selected");
    if (chosen && chosen !== document.activeElement) this.svg.append(chosen); // above others, so that all of its outline is seen
  }

  // reveal scrolls to the uppermost frame of a class, unless it is in sight.
  reveal(className) {
    const tops = this.shown.filter((g) => g.classList.contains(className)).map((g) => g.__data__.depth * cellHeight);
    const top = Math.min(...tops), {place} = this;
    if (tops.length && (top < place.scrollTop || top + cellHeight > place.scrollTop + place.clientHeight)) place.scrollTop = top - cellHeight;
  }

  note() {
    const within = state.zoomed ? this.root.find((n) => n.data.scope === state.zoomed) : this.root;
    const inside = within.descendants();
    const narrow = inside.length - this.shown.filter((g) => inside.includes(g.__data__)).length;
    const notes = [];
    if (recording.scopes.some((s) => s.errors)) notes.push("“!” marks scopes with errors.");
    if (inside.some((n) => n.data.wider)) notes.push("Width is self time, of all inside too: what ran side by side counts each.");
    const deep = recording.scopes.filter((s) => s.depth >= maxLevels).length;
    if (deep > 0) notes.push(`${counted(deep, "scope is", "scopes are")} deeper than ${maxLevels} levels, and part of the last one.`);
    if (narrow > 0) notes.push(counted(narrow, "scope is", "scopes are") + " too narrow to be drawn.");
    byID("flame-note").textContent = notes.join(" ");
    byID("reset-zoom").hidden = !state.zoomed;
    const trail = state.zoomed ? state.zoomed.ancestors.map((s) => button(s.name, () => this.zoom(s))) : [];
    byID("zoomed").replaceChildren(...trail, ...(state.zoomed ? [element("span", {"aria-current": "true"}, state.zoomed.name)] : []));
  }

  focused(g) {
    if (!g) return;
    const box = g.getBoundingClientRect();
    showTip(this.describe(g.__data__.data), box.left, box.bottom);
    for (const other of this.shown) other.setAttribute("tabindex", other === g ? 0 : -1);
  }

  pressed(e) {
    const at = e.target.closest("g.frame")?.__data__;
    if (!at || e.ctrlKey || e.metaKey || e.altKey) return;
    const to = this.neighbour(at, e.key);
    if (to) this.shown.find((g) => g.__data__ === to).focus();
    else if (e.key === "Enter" || e.key === " ") this.zoom(at.data.scope);
    else if (e.key === "Escape" && state.zoomed) this.zoom(null);
    else if (!e.key.startsWith("Arrow")) return;
    e.preventDefault();
  }

  neighbour(at, key) {
    const shown = this.shown.map((g) => g.__data__);
    const row = shown.filter((n) => n.depth === at.depth).sort((a, b) => a.x0 - b.x0);
    switch (key) {
    case "ArrowUp": return shown.find((n) => n === at.parent);
    case "ArrowDown": return shown.filter((n) => n.parent === at).sort((a, b) => a.x0 - b.x0)[0];
    case "ArrowLeft": return row[row.indexOf(at) - 1];
    case "ArrowRight": return row[row.indexOf(at) + 1];
    }
    return undefined;
  }
}

function showTip(lines, x, y) {
  const tip = byID("tip");
  tip.replaceChildren(...lines.map(([term, text]) => element("div", null, element("span", null, term), " ", text)));
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(x + 12, innerWidth - box.width - 8)) + "px";
  tip.style.top = (y + 14 + box.height > innerHeight ? Math.max(4, y - box.height - 30) : y + 14) + "px";
}

function hideTip() { byID("tip").hidden = true; }
