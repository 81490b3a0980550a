"use strict";

// What there is to the selected scope, beside the table.

class Details {
  constructor(zoom) {
    this.place = byID("details");
    this.zoom = zoom;
    watch("selected", (scope) => this.show(scope));
  }

  show(scope) {
    this.place.scrollTop = 0;
    this.place.replaceChildren(pathTitle(scope.path), this.actions(scope));
    if (scope.ended) this.place.append(this.numbers(scope));
    else this.place.append(element("p", null, "No end of such a scope is recorded, only that of scopes inside."));
    const {details} = scope;
    this.place.append(...this.calls(scope, details), ...this.errors(scope, details), ...this.attrs(details), ...this.metrics(scope));
    if (scope.ended && !details) {
      this.place.append(element("p", {className: "note"}, "More about this scope is left out to keep the page small."));
    }
  }

  actions(scope) {
    return element("p", {className: "actions"}, button("Zoom flame graph to it", () => this.zoom(scope)));
  }

  numbers(s) {
    return facts([
      ["calls", integer(s.calls)], ["errors", integer(s.errors) + (s.errors ? " (" + percent(s.errors / s.calls) + ")" : "")],
      ["total", duration(s.total)], ["self", duration(s.self)], ["mean", duration(s.mean)], ["min", duration(s.min)],
      ["p50", duration(s.p50)], ["p95", duration(s.p95)], ["p99", duration(s.p99)], ["max", duration(s.max)],
    ], {className: "numbers"});
  }

  calls(scope, details) {
    if (!details) return [];
    if (!details.slowest?.length) return [element("p", {className: "note"}, "Timelines of its slowest calls are left out to keep the page small.")];
    const list = element("ol", {className: "slow-calls"});
    for (const index of details.slowest) {
      const call = callAt(index);
      const text = [clock(call.start, 3), call.inside ? counted(call.inside, "scope inside", "scopes inside") : ""];
      list.append(element("li", null, button("", () => openCall(index), {className: "call"})));
      list.lastChild.firstChild.append(element("strong", null, duration(call.duration)), element("span", null, text.filter(Boolean).join(" · ")));
      if (call.error !== undefined) list.lastChild.firstChild.append(element("span", {className: "failed"}, call.error));
    }
    return [element("h3", null, "Slowest calls"), list];
  }

  errors(scope, details) {
    if (!scope.errors || !details) return [];
    const rows = (details.messages ?? []).map((m) => [m.text, m.count]);
    return [element("h3", {className: "failed"}, "Errors"), frequencies(rows, details.other_messages ?? 0, scope.errors, "failed")];
  }

  attrs(details) {
    if (!details?.attrs?.length) return [];
    return [element("h3", null, "Metadata"), ...details.attrs.map((a) => this.attr(a))];
  }

  attr({key, values, others, numbers}) {
    const total = values.reduce((sum, v) => sum + v.count, others ?? 0);
    const about = numbers ? `${decimal(numbers.min)} to ${decimal(numbers.max)}, mean ${decimal(numbers.mean)}` : counted(total, "value", "values");
    const fold = element("details", {className: "attr"}, element("summary", null, element("code", null, key), element("span", null, about)),
      frequencies(values.map((v) => [v.text, v.count]), others ?? 0, total));
    fold.open = !numbers;
    return fold;
  }

  metrics(scope) {
    const own = recording.data.metrics.filter((m) => m.parent === scope.path);
    if (own.length === 0) return [];
    const list = element("ul", {className: "links"});
    for (const m of own) {
      list.append(element("li", null, button(nameBelow(m.scope, scope.path), () => openMetric(m)), " " + (m.type ?? "")));
    }
    return [element("h3", null, "Metrics"), list];
  }
}

// frequencies lists texts with their counts, and how many there were beside them.
function frequencies(rows, others, total, className) {
  const list = element("ul", {className: "frequencies " + (className ?? "")});
  const add = (text, count, more) => list.append(element("li", {className: more}, meter(count / total), element("span", {className: "text"}, text),
    element("span", {className: "count"}, integer(count))));
  for (const [text, count] of rows) add(text === "" ? "(empty)" : text, count);
  if (others) add("others", others, "note");
  return list;
}
