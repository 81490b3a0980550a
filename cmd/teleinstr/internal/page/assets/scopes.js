"use strict";

// The tree table of scopes.

function timed(key, title, hint) {
  return {key, title, hint, value: (s) => s[key], cell: (s, td) => td.append(s.ended ? duration(s[key]) : "")};
}

const scopeColumns = [
  {key: "name", title: "scope", ascending: true, value: (s) => s.name, cell: nameCell},
  {key: "calls", title: "calls", value: (s) => s.calls, cell: (s, td) => td.append(s.ended ? integer(s.calls) : "not ended")},
  {key: "errors", title: "errors", value: (s) => s.errors, cell: errorsCell},
  timed("total", "total"),
  {key: "share", title: "share", hint: "of the total of the scope around", value: (s) => s.share, cell: shareCell},
  timed("self", "self", "time in which no scope inside was running"),
  timed("mean", "mean"), timed("p50", "p50", "median"), timed("p95", "p95"), timed("p99", "p99"), timed("max", "max"),
];

function nameCell(scope, td) {
  td.append(element("span", {className: "swatch", "aria-hidden": "true"}), marked(scope.name));
  td.title = scope.path;
  td.dataset.tint = scope.errors ? "error" : tintOf(scope.name);
  if (state.query && !matches(scope.path)) td.classList.add("context");
}

// marked makes the part of a text that is searched for stand out.
function marked(text) {
  const at = state.query ? text.toLowerCase().indexOf(state.query) : -1;
  if (at < 0) return element("span", {className: "label"}, text);
  const end = at + state.query.length;
  return element("span", {className: "label"}, text.slice(0, at), element("mark", null, text.slice(at, end)), text.slice(end));
}

function errorsCell(scope, td) {
  td.append(scope.ended ? integer(scope.errors) : "");
  if (scope.errors) td.classList.add("failed");
  else td.classList.add("zero");
}

function shareCell(scope, td) {
  if (scope.ended) td.append(meter(scope.share), percent(scope.share));
}

class Scopes {
  constructor() {
    this.grid = new TreeGrid(byID("scopes-grid"), {
      name: "scope-rows", label: "Scopes", columns: scopeColumns, children: (s) => s.children, sort: {key: "total", descending: true},
      onSelect: (s) => set("selected", s, this), details: byID("details"),
    });
    this.grid.table.classList.toggle("hours", recording.scopes.some((s) => s.total >= hour));
    this.grid.open = atFirst();
    this.grid.show(recording.roots);
    this.before = null; // what was open before a search
    byID("expand").addEventListener("click", () => this.openAll(recording.scopes));
    byID("collapse").addEventListener("click", () => this.openAll([]));
    watch("query", (query) => this.search(query));
    watch("selected", (scope, origin) => {
      if (origin !== this && scope) this.grid.reveal(scope, scope.ancestors);
    });
  }

  openAll(scopes) {
    this.grid.open = new Set(scopes);
    this.grid.rebuild();
  }

  // enter goes to the first scope that is searched for.
  enter() {
    const first = this.grid.rows.findIndex(({node}) => matches(node.path));
    this.grid.table.focus();
    if (first >= 0) this.grid.go(first);
  }

  // search leaves what matches and what is around that.
  search(query) {
    this.before ??= this.grid.open;
    const shown = new Set();
    let found = 0;
    for (const s of query ? recording.scopes : []) {
      if (!matches(s.path)) continue;
      found++;
      shown.add(s);
      for (const a of s.ancestors) shown.add(a);
    }
    this.grid.shown = query ? shown : null;
    this.grid.open = query ? new Set(shown) : this.before;
    if (!query) {
      this.before = null;
      for (const a of state.selected?.ancestors ?? []) this.grid.open.add(a);
    }
    this.grid.rebuild();
    const first = this.grid.rows.findIndex(({node}) => query && matches(node.path));
    if (first >= 0) this.grid.scrollTo(first);
    byID("found").value = query ? integer(found) + " of " + counted(recording.scopes.length, "scope", "scopes") : "";
  }
}

const hour = 3600e9;

// atFirst returns the scopes that are open: all if they are few, or else those in which the program has been for long.
function atFirst() {
  if (recording.scopes.length <= 100) return new Set(recording.scopes);
  return new Set(recording.scopes.filter((s) => s.total >= recording.rootTotal / 50));
}
