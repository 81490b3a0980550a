"use strict";

// One slow call, with all that ran inside of it by time.

class Timeline {
  constructor() {
    this.lanes = new Lanes((span) => this.reveal(span));
    this.grid = new TreeGrid(byID("timeline-grid"), {
      name: "span-rows", label: "Scopes of the call by time", children: (s) => s.children, onSelect: (s) => this.select(s),
      details: byID("span"),
      columns: [
        {key: "name", title: "scope", cell: (s, td) => this.nameCell(s, td)},
        {key: "took", title: "took", cell: (s, td) => td.append(duration(s.duration))},
        {key: "when", title: "", cell: (s, td) => this.barCell(s, td)},
      ],
      notes: (s) => s.omitted ? integer(s.omitted) + " more not shown" : null,
    });
    watch("call", (index) => this.show(index));
    this.byDefault();
    if (state.call === null) byID("view-timeline").replaceChildren(element("p", {className: "nothing"}, "No calls were recorded."));
  }

  // byDefault shows the slowest call of the root with the largest total that has one, or of any scope.
  byDefault() {
    const first = [...recording.roots, ...recording.scopes].find((s) => s.details?.slowest?.length);
    if (first) set("call", first.details.slowest[0]);
  }

  show(index) {
    this.call = callAt(index);
    this.spans = [];
    const list = (s) => {
      this.spans.push(s);
      s.children.forEach(list);
    };
    list(this.call);
    this.view = [this.call.offset, this.call.offset + Math.max(1, this.call.duration)];
    this.grid.open = this.spans.length <= 100 ? new Set(this.spans) : new Set([this.call, ...this.call.children]);
    this.head();
    this.lanes.selected = this.call;
    this.lanes.show(this.call, this.spans);
    this.grid.show([this.call]);
    this.axis();
    this.grid.go(0);
  }

  head() {
    const {call} = this, {stream, start} = call.tree;
    const whose = [stream.program, stream.pid && "process " + stream.pid].filter(Boolean).join(", ");
    const others = call.scope.details?.slowest ?? [];
    const pick = element("span", {className: "pick"}, "slowest calls:",
      ...others.map((i) => button(duration(callAt(i).duration), () => set("call", i), {"aria-pressed": i === call.index})));
    byID("call").replaceChildren(pathTitle(call.scope.path),
      element("span", {className: "when"}, `${duration(call.duration)} on ${date(start)} at ${clock(call.start, 6)}` + (whose && ` in ${whose}`)),
      pick, button("To the scope", () => openScope(call.scope)), this.whole());
  }

  whole() {
    this.reset = button("Show the whole call", () => this.zoom(this.call), {hidden: true});
    return this.reset;
  }

  nameCell(span, td) {
    td.append(element("span", {className: "swatch", "aria-hidden": "true"}), element("span", {className: "label"}, span.name));
    td.title = span.scope.path;
    td.dataset.tint = span.error !== undefined ? "error" : tintOf(span.scope.name);
    if (span.error !== undefined) td.append(element("span", {className: "failed mark", title: span.error}, "!"));
  }

  barCell(span, td) {
    const [from, to] = this.view, at = (t) => Math.min(100, Math.max(0, (t - from) / (to - from) * 100));
    const bar = element("span", {className: "span"});
    bar.dataset.tint = span.error !== undefined ? "error" : tintOf(span.scope.name);
    if (span.end < from || span.offset > to) return;
    bar.style.left = at(span.offset) + "%";
    bar.style.width = at(span.end) - at(span.offset) + "%";
    td.append(element("span", {className: "track"}, bar));
  }

  // axis writes moments above the bars.
  axis() {
    const [from, to] = this.view, begin = this.call.offset, th = this.grid.headings.get("when");
    th.replaceChildren(...ticks(from - begin, to - begin, 6).map((at) => {
      const share = (at + begin - from) / (to - from), tick = element("span", {className: "tick"}, share < 0.9 ? duration(at) : "");
      tick.style.left = 100 * share + "%";
      return tick;
    }));
  }

  zoom(span) {
    this.view = [span.offset, span.offset + Math.max(1, span.duration)];
    this.reset.hidden = span === this.call;
    this.lanes.view = span === this.call ? null : this.view;
    this.lanes.draw();
    this.axis();
    this.grid.render();
  }

  reveal(span) {
    const around = [];
    for (let s = span.parent; s; s = s.parent) around.push(s);
    this.grid.reveal(span, around);
    this.select(span);
  }

  select(span) {
    this.lanes.selected = span;
    this.lanes.draw();
    const lines = [
      ["took", duration(span.duration)], ["self", duration(span.self)], ["starts after", duration(span.offset - this.call.offset)],
      ["at", clock(span.start, 6)],
    ];
    if (span.inside) lines.push(["inside", counted(span.inside, "scope", "scopes")]);
    byID("span").replaceChildren(pathTitle(span.scope.path), facts(lines, {className: "numbers"}),
      element("p", {className: "actions"}, button("Zoom to it", () => this.zoom(span)), button("To the scope", () => openScope(span.scope))));
    if (span.error !== undefined) byID("span").append(element("h3", {className: "failed"}, "Error"), element("pre", {className: "failed"}, span.error));
    const attrs = span.attrs.filter(([key]) => key !== "error");
    if (attrs.length) byID("span").append(element("h3", null, "Metadata"), facts(attrs, {className: "attrs"}));
  }
}
