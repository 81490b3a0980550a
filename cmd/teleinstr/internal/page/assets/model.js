"use strict";

// What was recorded, from the block of data in the page.

class Scope {
  constructor(index, [parent, name, calls, errors, total, self, min, mean, p50, p95, p99, max], all) {
    Object.assign(this, {index, calls, errors, total, self, min, mean, p50, p95, p99, max});
    this.parent = all[parent] ?? null;
    this.children = [];
    this.depth = this.parent ? this.parent.depth + 1 : 0;
    this.path = this.parent && name.startsWith(".") ? this.parent.path + name : name;
    this.name = this.parent && name.startsWith(".") ? name.slice(1) : name;
    this.details = null;
  }

  get ended() { return this.calls > 0; }

  // share is the part of the parent's total, or of that of all roots.
  get share() {
    const whole = this.parent ? this.parent.total : recording.rootTotal;
    return whole > 0 ? this.total / whole : 0;
  }

  get ancestors() {
    const all = [];
    for (let s = this.parent; s; s = s.parent) all.unshift(s);
    return all;
  }
}

// A Span is a scope that has ended, at an index of the list of spans.
class Span {
  constructor(index, [scope, below, omitted, offset, length, attrs], tree) {
    this.index = index;
    this.scope = recording.scopes[scope];
    this.below = below;
    this.omitted = omitted;
    this.offset = offset;
    this.duration = length;
    this.tree = tree;
    this.attrs = pairs(recording.data.attrs[attrs]);
    this.parent = null;
    this.children = [];
  }

  get name() { return this.parent ? nameBelow(this.scope.path, this.parent.scope.path) : this.scope.path; }

  get start() { return this.tree.start + this.offset / 1e3; }

  get end() { return this.offset + this.duration; }

  get error() { return this.attrs.find(([key]) => key === "error")?.[1]; }

  // inside is the number of scopes inside, those left out included.
  get inside() { return this.children.reduce((sum, c) => sum + 1 + c.inside, this.omitted); }

  // self is the time in which none of the spans inside was running.
  get self() {
    let self = this.duration, until = this.offset;
    for (const c of this.children) {
      const start = Math.max(c.offset, until), end = Math.min(c.end, this.end);
      if (end > start) {
        self -= end - start;
        until = end;
      }
    }
    return self;
  }
}

function nameBelow(path, parent) { return path.startsWith(parent + ".") ? path.slice(parent.length + 1) : path; }

function pairs(flat) {
  const all = [];
  for (let i = 0; i < flat.length; i += 2) all.push([flat[i], flat[i + 1]]);
  return all;
}

const recording = {
  data: JSON.parse(document.getElementById("data").textContent),
  scopes: [],
  roots: [],
  rootTotal: 0,
};

function loadScopes() {
  const {data, scopes, roots} = recording;
  data.scopes.forEach((row, i) => scopes.push(new Scope(i, row, scopes)));
  for (const s of scopes) (s.parent ? s.parent.children : roots).push(s);
  for (const r of roots) recording.rootTotal += r.total;
  for (const d of data.details) scopes[d.scope].details = d;
}

loadScopes();

// treeOf returns the tree of spans that holds the one at an index.
function treeOf(index) {
  const found = recording.data.trees.findLast(([first]) => first <= index);
  return {first: found[0], start: found[1], stream: recording.data.streams[found[2]]};
}

// callAt returns the span at an index with all that is inside of it.
function callAt(index) {
  const tree = treeOf(index), {spans} = recording.data;
  const build = (at, parent) => {
    const span = new Span(at, spans[at], tree);
    span.parent = parent;
    for (let next = at + 1; next <= at + span.below; next += spans[next][1] + 1) span.children.push(build(next, span));
    return span;
  };
  return build(index, null);
}
