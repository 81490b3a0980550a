"use strict";

// Charts of a metric by time, drawn by uPlot. Time is in seconds since the recording begins.

// number returns a value of a series, or null for one that a chart cannot show, such as NaN.
function number(v) { return typeof v === "number" ? v : null; }

const maxSteps = 150;

// widened adds steps up to wider ones, if there are too many to be told apart.
function widened(series) {
  const {times, step} = series, steps = Math.round((times.at(-1) - times[0]) * 1e3 / step) + 1;
  const wide = step * Math.ceil(steps / maxSteps), all = new Map();
  times.forEach((time, i) => {
    const at = Math.floor((time - times[0]) * 1e3 / wide + 1e-6), there = all.get(at);
    const sum = number(series.sum[i]), min = number(series.min?.[i]), max = number(series.max?.[i]), last = number(series.last?.[i]);
    if (there) {
      Object.assign(there, {count: there.count + series.count[i], sum: there.sum + sum, min: Math.min(there.min, min),
        max: Math.max(there.max, max), last});
    } else all.set(at, {time: times[0] + at * wide / 1e3, count: series.count[i], sum, min, max, last});
  });
  return {step: wide, count: Math.ceil(steps * step / wide), all};
}

function after(micros) { return (micros - recording.data.start) / 1e6; }

// counterCharts returns what a counter comes to, and how much of it there was in each second.
function counterCharts(series) {
  const step = series.step / 1e9, times = [after(series.times[0])], sums = [0];
  let sum = 0;
  series.times.forEach((micros, i) => {
    const t = after(micros);
    if (t > times.at(-1) + step / 2) {
      times.push(t);
      sums.push(sum);
    }
    sum += number(series.sum[i]) ?? 0;
    times.push(t + step);
    sums.push(sum);
  });
  const wide = widened(series);
  return [
    {title: "Added up", data: [times, sums], lines: [{label: "sum", tint: 1, fill: true}]},
    {title: "Per second, in steps of " + duration(wide.step), data: rates(wide, times[0]),
      lines: [{label: "per second", tint: 1, stepped: true, fill: true}]},
  ];
}

function rates({step, count, all}, first) {
  const times = [], perSecond = [];
  for (let i = 0; i < count; i++) {
    times.push(first + i * step / 1e9);
    perSecond.push((all.get(i)?.sum ?? 0) / (step / 1e9));
  }
  return [[...times, first + count * step / 1e9], [...perSecond, perSecond.at(-1)]];
}

// valueCharts returns the values in each step.
function valueCharts(series) {
  const {step, all} = widened(series), points = [...all.values()], of = (key) => points.map((p) => p[key]);
  return [{
    title: "In steps of " + duration(step), band: true,
    data: [of("time").map(after), of("max"), of("min"), points.map((p) => p.sum === null ? null : p.sum / p.count), of("last")],
    lines: [{label: "max", tint: 0}, {label: "min", tint: 0}, {label: "mean", tint: 1}, {label: "last", tint: 2, points: true}],
  }];
}

// colourOf returns the colour that a rule of the style sheet gives, which a canvas knows nothing of.
function colourOf(className) {
  const probe = element("span", {className: "ink " + className});
  document.body.append(probe);
  const {color} = getComputedStyle(probe);
  probe.remove();
  return color;
}

function drawChart(place, chart) {
  const ink = colourOf("ink-text"), grid = colourOf("ink-grid");
  const axis = {stroke: ink, grid: {stroke: grid, width: 1}, ticks: {stroke: grid, width: 1}, font: "12px system-ui, sans-serif"};
  const figure = element("figure", {tabIndex: 0, role: "group", "aria-label": chart.title + ", left and right arrows go through the values"},
    element("figcaption", null, chart.title));
  place.append(figure);
  const width = figure.clientWidth;
  const plot = new uPlot({
    width, height: 220, cursor: {y: false, sync: {key: "metric"}, drag: {x: true, y: false}}, legend: {live: true},
    scales: {x: {time: false, range: (u, from, to) => from === to ? [from - 0.001, to + 0.001] : [from, to]}},
    axes: [
      {...axis, values: (u, all) => all.map((s) => duration(s * 1e9))},
      {...axis, size: 70, values: (u, all) => all.map(decimal)},
    ],
    series: [{label: "after", value: (u, s) => s === null ? "–" : duration(s * 1e9)}, ...chart.lines.map(line)],
    bands: chart.band ? [{series: [1, 2], fill: colourOf("ink-band")}] : [],
  }, chart.data, figure);
  figure.addEventListener("keydown", (e) => step(plot, e));
  return plot;
}

function line({label, tint, stepped, fill, points}) {
  return {
    label, stroke: colourOf("ink-" + tint), width: tint === 0 ? 1 : 1.75, fill: fill ? colourOf("ink-fill-" + tint) : undefined,
    paths: stepped ? uPlot.paths.stepped({align: 1}) : points ? () => null : undefined, spanGaps: true,
    points: {show: points ?? undefined, size: 4}, value: (u, v) => v === null ? "–" : decimal(v),
  };
}

// step puts the cursor of a chart on the next value, or the one before.
function step(plot, e) {
  const by = {ArrowLeft: -1, ArrowRight: 1}[e.key];
  if (!by) return;
  const x = plot.data[0], at = Math.min(x.length - 1, Math.max(0, (plot.cursor.idx ?? -1) + by));
  plot.setCursor({left: plot.valToPos(x[at], "x"), top: 10});
  e.preventDefault();
}
