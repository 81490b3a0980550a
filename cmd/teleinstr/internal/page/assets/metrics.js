"use strict";

// The table of metrics, and the charts of the one that is selected.

function summed(key, title) {
  return {
    key, title, value: (m) => typeof m.numbers?.[key] === "number" ? m.numbers[key] : -Infinity,
    cell: (m, td) => td.append(m.numbers ? decimal(m.numbers[key]) : "–"),
  };
}

const metricColumns = [
  {key: "name", title: "metric", ascending: true, value: (m) => m.scope, cell: metricName},
  {key: "type", title: "kind", ascending: true, value: (m) => m.type ?? "", cell: (m, td) => td.append(m.type ?? "value")},
  {key: "count", title: "count", value: (m) => m.count, cell: (m, td) => td.append(integer(m.count))},
  {key: "last", title: "last", cell: lastCell},
  summed("sum", "sum"), summed("mean", "mean"), summed("min", "min"), summed("max", "max"),
];

function metricName(metric, td) {
  td.append(marked(metric.scope));
  td.title = metric.scope;
}

function lastCell(metric, td) {
  const value = Number(metric.last);
  td.append(metric.numbers && Number.isSafeInteger(value) ? integer(value) : metric.last);
  td.title = metric.last;
}

class Metrics {
  constructor() {
    const {metrics} = recording.data;
    if (metrics.length === 0) {
      byID("view-metrics").replaceChildren(element("p", {className: "nothing"}, "No metrics were recorded."));
      return;
    }
    for (const m of metrics) m.path = m.scope; // by which grids sort what is equal
    this.grid = new TreeGrid(byID("metrics-grid"), {
      name: "metric-rows", label: "Metrics", columns: metricColumns, sort: {key: "name", descending: false}, onSelect: (m) => set("metric", m),
    });
    this.grid.show(metrics);
    this.plots = [];
    watch("metric", (m) => {
      this.grid.reveal(m, []);
      this.draw();
    });
    watch("query", (query) => {
      this.grid.shown = query ? new Set(metrics.filter((m) => matches(m.scope))) : null;
      this.grid.rebuild();
    });
    this.place = byID("chart");
    new ResizeObserver(() => this.resize()).observe(this.place);
    set("metric", metrics.find((m) => m.series) ?? metrics[0]);
  }

  get width() { return this.place.clientWidth; }

  draw() {
    const {metric} = state;
    if (!metric || this.width <= 0) return;
    this.drawn = this.width;
    this.plots.forEach((p) => p.destroy());
    this.place.replaceChildren(pathTitle(metric.scope));
    this.plots = [];
    if (!metric.series) {
      this.place.append(element("p", {className: "note"}, metric.numbers ? "Its series is left out to keep the page small." : "Its values are no numbers."));
      return;
    }
    const charts = metric.type === "counter" ? counterCharts(metric.series) : valueCharts(metric.series);
    const figures = element("div", {className: "charts"});
    this.place.append(figures);
    for (const c of charts) figures.append(element("div"));
    this.plots = charts.map((c, i) => drawChart(figures.children[i], c));
  }

  resize() {
    if (this.width !== this.drawn) this.draw();
  }
}
