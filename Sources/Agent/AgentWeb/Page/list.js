// The list of exchanges: the newest first, live, and no longer than a page can bear.

import { button, el, fill } from "./dom.js";
import { clock, duration, exact, size, statusClass } from "./format.js";
import { maskTarget } from "./secrets.js";

/** Exchanges that the page remembers, and rows that are drawn before somebody asks for more. */
const maxItems = 2000;
const maxRows = 200;

export class List {
  /** The newest first. */
  items = [];
  isPaused = false;
  #waiting = [];
  #rows = new Map();
  #shown = maxRows;
  #matches = () => true;
  #selected = null;
  #body;
  #more;
  #news;
  #frame = 0;
  #ids = new Set();

  /** @param actions `open(id, hasKey)` when a row is chosen, `changed(visible)` when what is shown has changed. */
  constructor(table, news, more, actions) {
    this.#body = table.tBodies[0];
    this.#news = news;
    this.#more = more;
    this.actions = actions;
    this.scroller = table.parentElement;
    news.addEventListener("click", () => this.release());
    this.scroller.addEventListener("scroll", () => {
      if (this.scroller.scrollTop < 4 && !this.isPaused && this.#waiting.length) this.release();
    });
    this.#body.addEventListener("keydown", (event) => this.#pressed(event));
    this.#body.addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.actions.open(row.dataset.id, event.detail === 0);
    });
  }

  get visible() {
    return this.items.filter(this.#matches);
  }

  get waiting() {
    return this.#waiting.length;
  }

  reset(items) {
    this.items = items.slice(0, maxItems);
    this.#ids = new Set(this.items.map((item) => item.id));
    this.#waiting = [];
    this.#shown = maxRows;
    this.#schedule();
  }

  /** Takes one that has just come: it is shown at once, unless the reader is busy further down or has paused. */
  add(item) {
    if (this.#ids.has(item.id)) return;
    this.#ids.add(item.id);
    if (this.isPaused || this.scroller.scrollTop > 40) {
      this.#waiting.unshift(item);
      if (this.#waiting.length > maxItems) this.#ids.delete(this.#waiting.pop().id);
    } else {
      this.items.unshift(item);
      this.#cut();
    }
    this.#schedule();
  }

  release() {
    this.items = this.#waiting.concat(this.items);
    this.#waiting = [];
    this.#cut();
    this.scroller.scrollTop = 0;
    this.#schedule();
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    if (!isPaused) this.release();
  }

  filter(matches) {
    this.#matches = matches;
    this.#shown = maxRows;
    this.#schedule();
  }

  select(id) {
    this.#selected = id;
    this.#schedule();
  }

  /** The neighbour of the chosen one, or the first. */
  neighbour(step) {
    const all = this.visible;
    const at = all.findIndex((item) => item.id === this.#selected);
    return at < 0 ? all[0] : all[Math.max(0, Math.min(all.length - 1, at + step))];
  }

  focus(id = this.#selected) {
    const row = this.#rows.get(id) ?? this.#body.rows[0];
    row?.querySelector("a")?.focus();
  }

  #cut() {
    for (const item of this.items.slice(maxItems)) this.#ids.delete(item.id);
    this.items.length = Math.min(this.items.length, maxItems);
  }

  /** Draws once a frame, however many came. */
  #schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const visible = this.visible;
    const wanted = visible.slice(0, this.#shown);
    const ids = new Set(wanted.map((item) => item.id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    let next = this.#body.firstElementChild;
    const focusable = ids.has(this.#selected) ? this.#selected : wanted[0]?.id;
    for (const item of wanted) {
      let row = this.#rows.get(item.id);
      if (!row) {
        row = draw(item);
        this.#rows.set(item.id, row);
      }
      if (row === next) next = next.nextElementSibling;
      else this.#body.insertBefore(row, next);
      const isSelected = item.id === this.#selected;
      if (isSelected) row.setAttribute("aria-selected", "true");
      else row.removeAttribute("aria-selected");
      const link = row.querySelector("a");
      link.tabIndex = item.id === focusable ? 0 : -1;
      if (isSelected) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const left = visible.length - wanted.length;
    this.#more.hidden = left === 0;
    if (left > 0) {
      fill(this.#more, `${left} older`, button(`Show ${Math.min(left, maxRows)}`, () => {
        this.#shown += maxRows;
        this.#schedule();
      }, { class: "btn tiny" }));
    }
    this.#news.hidden = this.#waiting.length === 0;
    this.#news.textContent = `${this.#waiting.length} new`;
    this.actions.changed(visible);
  }

  #pressed(event) {
    const rows = [...this.#body.rows];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined || !rows[to]) return;
    event.preventDefault();
    for (const row of rows) row.querySelector("a").tabIndex = -1;
    const link = rows[to].querySelector("a");
    link.tabIndex = 0;
    link.focus();
  }
}

function draw(item) {
  const target = maskTarget(item.target);
  const status = item.status ? String(item.status) : "none";
  const label = item.status ? `${item.status} ${item.reason ?? ""}` : "Nothing came back";
  return el("tr", { data: { id: item.id }, class: Date.now() - item.start - item.duration / 1e6 < 3000 ? "fresh" : null },
    el("td", { class: "main" },
      el("a", { href: `/inspect/http?id=${encodeURIComponent(item.id)}`, title: `${item.method} ${target}` },
        el("span", { class: "verb" }, item.method), " ", target),
      el("span", { class: "sub phone clip" }, `${clock(item.start)}, ${item.endpoint || "-"}`)),
    el("td", {}, el("span", { class: `st ${statusClass(item.status)}`, title: label }, status),
      item.replay_of && el("span", { class: "tag more" }, "replay")),
    el("td", { class: "num" }, duration(item.duration)),
    el("td", { class: "num wide" }, size(item.response?.size)),
    el("td", { class: "wide p2" }, item.endpoint || "-"),
    el("td", { class: "wide p2" }, item.visitor || "-"),
    el("td", { class: "num wide p2" }, el("time", { datetime: exact(item.start), title: exact(item.start) }, clock(item.start))));
}
