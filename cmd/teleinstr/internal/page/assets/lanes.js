"use strict";

// An overview of a call: each span below the one that it is inside of, those side by side on lanes of their own.

// levels returns the lane of each span, from 0 on, by span.
function levels(spans) {
  const taken = [], level = new Map();
  for (const s of spans.toSorted((a, b) => a.offset - b.offset || a.index - b.index)) {
    let at = s.parent && level.has(s.parent) ? level.get(s.parent) + 1 : 0;
    while (taken[at]?.some((other) => other.offset < s.end && s.offset < other.end)) at++;
    (taken[at] ??= []).push(s);
    level.set(s, at);
  }
  return level;
}

// ticks returns round moments between two.
function ticks(from, to, wanted) {
  const rough = Math.max((to - from) / wanted, 1), power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((f) => f * power >= rough);
  const all = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) all.push(at);
  return all;
}

function svg(tag, attributes) {
  const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  return e;
}

class Lanes {
  constructor(onSelect) {
    this.place = byID("lanes");
    this.onSelect = onSelect;
    new ResizeObserver(() => this.draw()).observe(this.place);
  }

  show(call, spans) {
    Object.assign(this, {call, spans, level: levels(spans), view: null});
    this.draw();
  }

  // draw draws all spans, with those moments shaded that the rows below do not show.
  draw() {
    const width = this.place.clientWidth;
    if (!this.call || width === 0) return;
    const count = Math.max(...this.level.values()) + 1, height = Math.max(3, Math.min(14, Math.floor(140 / count)));
    const top = 18, total = count * height + top, length = Math.max(1, this.call.duration);
    const x = (at) => (at - this.call.offset) / length * width;
    const graph = svg("svg", {width, height: total, viewBox: `0 0 ${width} ${total}`, "aria-hidden": "true"});
    for (const at of ticks(0, length, width / 120)) {
      graph.append(svg("line", {class: "tick", x1: x(at + this.call.offset), x2: x(at + this.call.offset), y1: 0, y2: total}));
      const text = svg("text", {x: x(at + this.call.offset) + 4, y: 12});
      text.textContent = duration(at);
      if (x(at + this.call.offset) < width - 48) graph.append(text);
    }
    for (const s of this.spans) graph.append(this.bar(s, x, top + this.level.get(s) * height, height));
    if (this.view) {
      const [from, to] = this.view.map(x);
      graph.append(svg("rect", {class: "shade", x: 0, y: 0, width: Math.max(0, from), height: total}));
      graph.append(svg("rect", {class: "shade", x: to, y: 0, width: Math.max(0, width - to), height: total}));
    }
    this.place.replaceChildren(graph);
  }

  bar(s, x, y, height) {
    const rect = svg("rect", {class: "lane" + (s === this.selected ? " selected" : ""), x: x(s.offset), y, height: Math.max(2, height - 1),
      width: Math.max(1, x(s.end) - x(s.offset))});
    rect.dataset.tint = s.error !== undefined ? "error" : tintOf(s.scope.name);
    rect.addEventListener("click", () => this.onSelect(s));
    return rect;
  }
}
