"use strict";

// What views have in common: the selected scope, what is searched for, and the scope that fills the flame graph.

const state = {selected: null, query: "", zoomed: null, call: null, metric: null};
const watchers = {};

// watch calls back when a part of the state has changed.
function watch(part, callback) { (watchers[part] ??= []).push(callback); }

function set(part, value, origin) {
  if (state[part] === value) return;
  state[part] = value;
  for (const callback of watchers[part] ?? []) callback(value, origin);
}

// matches tells whether a path is searched for.
function matches(path) { return path.toLowerCase().includes(state.query); }
