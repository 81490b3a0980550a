"use strict";

// The page as a whole: views, search, colours, print.

const views = ["scopes", "timeline", "metrics", "recording"];

function openView(name, focus) {
  for (const v of views) {
    const tab = byID("tab-" + v);
    tab.setAttribute("aria-selected", v === name);
    tab.tabIndex = v === name ? 0 : -1;
    byID("view-" + v).hidden = v !== name;
  }
  if (focus) byID(focus).focus();
}

function openScope(scope) {
  if (!matches(scope.path)) search("");
  openView("scopes", "scope-rows");
  set("selected", scope);
  app.scopes.grid.reveal(scope, scope.ancestors);
}

function openCall(index) {
  set("call", index);
  openView("timeline", "span-rows");
}

function openMetric(metric) {
  if (!matches(metric.scope)) search("");
  openView("metrics", "metric-rows");
  set("metric", metric);
}

function turnTabs() {
  for (const v of views) byID("tab-" + v).addEventListener("click", () => openView(v));
  byID("tabs").addEventListener("keydown", (e) => {
    const at = views.findIndex((v) => "tab-" + v === e.target.id);
    const to = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1}[e.key];
    if (to === undefined) return;
    const name = views.at(to % views.length);
    openView(name, "tab-" + name);
    e.preventDefault();
  });
}

function search(text) {
  byID("search").value = text;
  set("query", text.trim().toLowerCase());
}

function listenToSearch() {
  const field = byID("search");
  field.addEventListener("input", () => set("query", field.value.trim().toLowerCase()));
  field.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && state.query && byID("view-scopes").checkVisibility()) app.scopes.enter();
    if (e.key === "Escape") search("");
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "/" || e.target.matches("input")) return;
    e.preventDefault();
    field.focus();
    field.select();
  });
}

// schemes are the colour schemes, that of the system first.
const schemes = [["light dark", "Auto"], ["light", "Light"], ["dark", "Dark"]];

function chooseColours() {
  let at = 0;
  const theme = byID("theme");
  const apply = () => {
    document.documentElement.style.colorScheme = schemes[at][0];
    theme.textContent = "◐ " + schemes[at][1];
    theme.setAttribute("aria-label", "Colours: " + schemes[at][1]);
    app.metrics?.draw();
  };
  theme.addEventListener("click", () => {
    at = (at + 1) % schemes.length;
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => app.metrics?.draw());
  apply();
}

// printAll shows all views for print, with all rows of the tables.
function printAll() {
  const root = document.documentElement;
  const redraw = () => {
    app.flame.resize();
    app.timeline.lanes.draw();
    app.metrics.draw();
  };
  addEventListener("beforeprint", () => {
    root.classList.add("printing");
    app.folds = [...document.querySelectorAll("#details details:not([open])")];
    for (const f of app.folds) f.open = true;
    redraw();
    app.scopes.grid.printed(true);
    app.timeline.grid.printed(false);
    app.metrics.grid?.printed(false);
  });
  addEventListener("afterprint", () => {
    root.classList.remove("printing");
    for (const f of app.folds) f.open = false;
    redraw();
    for (const grid of [app.scopes.grid, app.timeline.grid, app.metrics.grid]) grid?.restored();
  });
}

const app = {};

function start() {
  byID("head").hidden = byID("main").hidden = false;
  showHead();
  showRecording();
  app.scopes = new Scopes();
  app.flame = new FlameGraph();
  app.details = new Details((scope) => app.flame.zoom(scope));
  app.timeline = new Timeline();
  app.metrics = new Metrics();
  turnTabs();
  listenToSearch();
  chooseColours();
  printAll();
  openView(recording.scopes.length === 0 && recording.data.metrics.length > 0 ? "metrics" : "scopes");
  if (recording.roots.length > 0) set("selected", recording.roots[0]);
  else byID("view-scopes").replaceChildren(element("p", {className: "nothing"}, "No scopes were recorded."));
}

start();
