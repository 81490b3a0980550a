"use strict";

const maxPrinted = 1000; // rows

// A TreeGrid is a table of nodes inside of others. Only the rows in sight are in the document, so the focus stays with the table,
// which names the current row. A column has a key, a title, and cell(node, td); what can be sorted has value(node) too.
class TreeGrid {
  constructor(place, {name, label, columns, children, onSelect, sort, notes, details}) {
    Object.assign(this, {place, name, columns, onSelect, details});
    this.childrenOf = children ?? (() => []);
    this.noteOf = notes ?? (() => null);
    this.roots = [];
    this.open = new Set();
    this.shown = null; // nodes that a search leaves, null without one
    this.rows = [];
    this.current = -1; // row of the current node, which a search may leave out
    this.node = null;
    this.sorting = sort ?? null;
    this.rowHeight = 26;
    this.screen = null; // nodes that are open when not in print
    this.build(label);
  }

  build(label) {
    this.body = element("tbody");
    this.headings = new Map(this.columns.map((c) => [c.key, this.heading(c)]));
    this.table = element("table", {role: "treegrid", tabIndex: 0, "aria-label": label, id: this.name},
      element("thead", null, element("tr", null, ...this.headings.values())), this.body);
    this.table.addEventListener("keydown", (e) => this.pressed(e));
    this.body.addEventListener("click", (e) => this.clicked(e));
    this.place.append(this.table);
    this.place.addEventListener("scroll", () => this.render());
    new ResizeObserver(() => this.render()).observe(this.place);
  }

  heading(column) {
    const th = element("th", {scope: "col", className: column.key, title: column.hint});
    if (!column.value) th.append(column.title);
    else th.append(button(column.title, () => this.sortBy(column)));
    return th;
  }

  // sortBy sorts siblings, the other way round if they are by this column already. Names begin with the first, numbers with the largest.
  sortBy(column) {
    const again = this.sorting?.key === column.key;
    this.sorting = {key: column.key, descending: again ? !this.sorting.descending : !column.ascending};
    this.rebuild();
  }

  show(roots) {
    this.roots = roots;
    this.node = null;
    this.rebuild();
  }

  children(node) {
    const all = this.childrenOf(node);
    return this.shown ? all.filter((c) => this.shown.has(c)) : all;
  }

  // rebuild finds the rows again.
  rebuild() {
    this.rows = [];
    this.list(this.shown ? this.roots.filter((r) => this.shown.has(r)) : this.roots);
    this.current = this.find(this.node);
    for (const [key, th] of this.headings) {
      if (this.sorting?.key === key) th.setAttribute("aria-sort", this.sorting.descending ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
    this.table.setAttribute("aria-rowcount", this.rows.length + 1);
    this.render();
  }

  find(node) { return node ? this.rows.findIndex((r) => r.node === node) : -1; }

  // list makes rows of all that is open. Scopes may be nested deeper than functions may call themselves.
  list(roots) {
    const left = [];
    const add = (siblings, depth) => {
      for (const node of this.sorted(siblings).toReversed()) left.push({node, depth, open: null});
    };
    for (add(roots, 0); left.length;) {
      const row = left.pop();
      this.rows.push(row);
      if (row.node) this.enter(row, left, add);
    }
  }

  // enter adds what is inside of a row to what is left to list.
  enter(row, left, add) {
    const {node} = row, inside = this.children(node), open = inside.length > 0 && this.open.has(node);
    row.open = inside.length > 0 ? open : null;
    const note = this.noteOf(node);
    if (note && (open || inside.length === 0)) left.push({node: null, note, depth: row.depth + 1, open: null});
    if (open) add(inside, row.depth + 1);
  }

  sorted(siblings) {
    if (!this.sorting) return siblings;
    const {value} = this.columns.find((c) => c.key === this.sorting.key), sign = this.sorting.descending ? -1 : 1;
    const order = (a, b) => a === b ? 0 : a < b ? -1 : 1;
    return siblings.map((node) => [value(node), node])
      .sort(([a, x], [b, y]) => sign * order(a, b) || order(x.path, y.path)).map(([, node]) => node);
  }

  // printed puts all rows into the document, opened if need be; restored takes that back.
  printed(opened) {
    this.screen = this.open;
    this.open = new Set(this.open);
    for (const left = opened ? [...this.roots] : []; left.length;) {
      const node = left.pop();
      this.open.add(node);
      left.push(...this.children(node));
    }
    this.rebuild();
  }

  restored() {
    this.open = this.screen;
    this.screen = null;
    this.rebuild();
  }

  // render puts the rows in sight into the document, or for print all that are not too many.
  render() {
    const height = this.place.clientHeight, all = this.screen !== null;
    const first = all ? 0 : Math.max(0, Math.floor(this.place.scrollTop / this.rowHeight) - 10);
    const last = all ? Math.min(this.rows.length, maxPrinted) : Math.min(this.rows.length, first + Math.ceil(height / this.rowHeight) + 30);
    const rows = [];
    if (first > 0) rows.push(this.spacer(first));
    for (let i = first; i < last; i++) rows.push(this.row(i));
    const more = this.rows.length - last;
    if (more > 0) rows.push(all ? this.rest(more) : this.spacer(more));
    this.body.replaceChildren(...rows);
    this.table.classList.toggle("empty", this.rows.length === 0);
    this.activate();
    this.measure(rows[first > 0 ? 1 : 0]);
  }

  measure(row) {
    const height = row?.getBoundingClientRect().height;
    if (height > 0) this.rowHeight = height;
  }

  spacer(rows) {
    const tr = element("tr", {className: "spacer", "aria-hidden": "true"}, element("td", {colSpan: this.columns.length}));
    tr.style.height = rows * this.rowHeight + "px";
    return tr;
  }

  rest(rows) {
    return element("tr", null, element("td", {className: "name note", colSpan: this.columns.length}, integer(rows) + " more rows not printed"));
  }

  row(i) {
    const {node, note, depth, open} = this.rows[i];
    const tr = element("tr", {id: this.name + "-" + i, "aria-level": depth + 1, "aria-rowindex": i + 2});
    tr.dataset.row = i;
    if (open !== null) tr.setAttribute("aria-expanded", open);
    this.columns.forEach((column, at) => {
      const td = element("td", {className: column.key});
      if (at === 0) td.append(this.twisty(depth, open));
      if (node) column.cell(node, td);
      else if (at === 0) td.append(element("span", {className: "note"}, note));
      tr.append(td);
    });
    return tr;
  }

  // twisty indents by less from some depth on, so that names stay in sight.
  twisty(depth, open) {
    const twisty = element("span", {className: "twisty" + (open === null ? " leaf" : ""), "aria-hidden": "true"});
    twisty.style.marginLeft = 14 * Math.min(depth, 6) + 2 * Math.min(Math.max(0, depth - 6), 12) + "px";
    return twisty;
  }

  activate() {
    for (const tr of this.body.querySelectorAll("[aria-selected]")) tr.removeAttribute("aria-selected");
    const tr = byID(this.name + "-" + this.current);
    if (!tr) {
      this.table.removeAttribute("aria-activedescendant");
      return;
    }
    tr.setAttribute("aria-selected", "true");
    this.table.setAttribute("aria-activedescendant", tr.id);
  }

  go(to) {
    to = Math.min(Math.max(to, 0), this.rows.length - 1);
    if (to < 0) return;
    this.current = to;
    this.node = this.rows[to].node;
    this.scrollTo(to);
    this.render();
    if (this.node) this.onSelect?.(this.node);
  }

  scrollTo(row) {
    const head = this.table.tHead.offsetHeight, top = row * this.rowHeight, {place} = this;
    const room = place.clientHeight - head;
    if (top < place.scrollTop) place.scrollTop = top;
    else if (top + this.rowHeight > place.scrollTop + room) place.scrollTop = top + this.rowHeight - room;
  }

  // reveal makes a node the current one and opens all that is around it.
  reveal(node, around) {
    let changed = false;
    for (const a of around) {
      changed ||= !this.open.has(a);
      this.open.add(a);
    }
    if (changed) this.rebuild();
    this.node = node;
    this.current = this.find(node);
    if (this.current >= 0) this.scrollTo(this.current);
    this.render();
  }

  toggle(row, open = !this.rows[row].open) {
    const {node} = this.rows[row];
    if (this.rows[row].open === null) return;
    if (open) this.open.add(node);
    else this.open.delete(node);
    this.rebuild();
  }

  clicked(e) {
    const tr = e.target.closest("tr[data-row]");
    if (!tr) return;
    const row = Number(tr.dataset.row);
    if (e.target.closest(".twisty") || e.detail === 2) this.toggle(row);
    this.go(row);
  }

  pressed(e) {
    if (e.target !== this.table || e.ctrlKey || e.metaKey || e.altKey) return;
    const page = Math.max(1, Math.floor(this.place.clientHeight / this.rowHeight) - 2);
    const to = {ArrowDown: this.current + 1, ArrowUp: this.current - 1, PageDown: this.current + page, PageUp: this.current - page,
      Home: 0, End: this.rows.length - 1}[e.key];
    if (to !== undefined) this.go(to);
    else if (e.key === "ArrowRight") this.inward();
    else if (e.key === "ArrowLeft") this.outward();
    else if (e.key === "Enter" && this.rows[this.current]) this.toggle(this.current);
    else if (e.key === " ") (this.details?.querySelector("button.call") ?? this.details?.querySelector("button"))?.focus();
    else return;
    e.preventDefault();
  }

  inward() {
    const row = this.rows[this.current];
    if (!row || row.open === null) return;
    if (row.open) this.go(this.current + 1);
    else this.toggle(this.current, true);
  }

  outward() {
    const row = this.rows[this.current];
    if (!row) return;
    if (row.open) {
      this.toggle(this.current, false);
      return;
    }
    for (let i = this.current - 1; i >= 0; i--) {
      if (this.rows[i].depth < row.depth) {
        this.go(i);
        return;
      }
    }
  }
}
