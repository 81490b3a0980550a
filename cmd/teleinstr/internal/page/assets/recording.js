"use strict";

// What was recorded, and what is not in the page.

function missing() {
  const {data} = recording, notes = [];
  const {details, calls, series} = data.leftOut;
  if (data.missing) notes.push(counted(data.missing, "event is", "events are") + " missing: dropped by the program, or in another file.");
  if (data.omitted) notes.push(counted(data.omitted, "event is", "events are") + " left out, as there are too many different paths.");
  if (details) notes.push("Errors and metadata of " + counted(details, "scope", "scopes") + " with little time are left out to keep the page small.");
  if (calls) notes.push("Timelines of " + counted(calls, "slow call", "slow calls") + " are left out to keep the page small.");
  if (series) notes.push("Series of " + counted(series, "metric", "metrics") + " with few values are left out to keep the page small.");
  return notes;
}

function span() {
  const {start, end} = recording.data;
  if (!start) return "";
  const to = date(start) === date(end) ? clock(end) : date(end) + " " + clock(end);
  return `${date(start)} ${clock(start)} to ${to} ${zone(start)}`;
}

function showHead() {
  const {data} = recording;
  document.querySelector("#what h1").textContent = data.title;
  const parts = [counted(data.events, "event", "events")];
  if (data.streams.length > 1) parts.push(counted(data.streams.length, "stream", "streams"));
  if (data.start) parts.push(duration((data.end - data.start) * 1e3), span());
  byID("facts").textContent = parts.join(" · ");
  if (data.missing + data.omitted > 0) {
    byID("facts").append(" ", button(counted(data.missing + data.omitted, "event", "events") + " not in here",
      () => openView("recording"), {className: "warning"}));
  }
}

function showRecording() {
  const {data} = recording;
  const notes = missing().map((n) => element("p", {className: "warning"}, n));
  const rows = [["events", integer(data.events)], ["scopes", integer(data.scopes.length)], ["metrics", integer(data.metrics.length)]];
  if (data.start) rows.push(["from", `${date(data.start)} ${clock(data.start, 3)} ${zone(data.start)}`],
    ["to", `${date(data.end)} ${clock(data.end, 3)} ${zone(data.end)}`]);
  byID("recording").replaceChildren(element("h2", null, "What was recorded"), facts(rows, {className: "wide"}), ...notes,
    element("h2", null, "Streams"), streams(), help());
}

const maxStreams = 500;

function streams() {
  const head = ["program", "process", "stream", "started", "events", "missing"];
  const table = element("table", {className: "streams"}, element("thead", null, element("tr", null, ...head.map((h) => element("th", {scope: "col"}, h)))));
  const {streams: all} = recording.data;
  for (const s of all.slice(0, maxStreams)) {
    const cells = [s.program ?? "–", s.pid ?? "–", s.name, s.start ? date(s.start) + " " + clock(s.start, 3) : "–", integer(s.events), integer(s.missing)];
    table.append(element("tr", null, ...cells.map((c) => element("td", null, c))));
  }
  if (all.length > maxStreams) table.append(element("tr", null, element("td", {colSpan: head.length}, integer(all.length - maxStreams) + " more not shown")));
  return element("div", {className: "scrolled"}, table);
}

function help() {
  const keys = [
    ["/", "search, Enter goes to what is found"], ["Esc", "leave the search, or zoom out"], ["↑ ↓", "rows, or frames around and inside"],
    ["→ ←", "open and close a row, or frames side by side"], ["Home End", "first and last row"], ["Enter", "open or close a row, zoom to a frame"],
    ["Space", "from a row to what stands beside the table"], ["Tab", "next part of the page"],
  ];
  return element("section", {id: "help"}, element("h2", null, "Keys"), facts(keys, {className: "wide keys"}));
}
