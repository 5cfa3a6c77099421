// The page Inspect: the list, what is open, and what can be done with it.

import * as api from "./api.js";
import { comparison } from "./compare.js";
import { curl } from "./curl.js";
import { drawDetail, tabs } from "./detail.js";
import { button, copy, download, el, fill } from "./dom.js";
import { edit } from "./editor.js";
import * as filters from "./filter.js";
import { count } from "./format.js";
import { archive } from "./har.js";
import { List } from "./list.js";
import { message } from "./message.js";
import { Keys, say, showSession } from "./shell.js";

const place = (id) => document.getElementById(id);
const address = () => new URLSearchParams(location.search);
/** Exchanges that one export has at most: each is asked for by itself. */
const maxExported = 500;

let status = null;
let open = null;
let isChoosing = false;
let showsSecrets = false;
let current = [];

const list = new List(place("list"), place("news"), place("more"), {
  open: (id) => isChoosing ? compareWith(id) : go({ id, with: null }),
  changed,
});

// MARK: Addresses

/** Goes to a state of the page; what is null is left out of its address. */
function go(change, { replaces = false } = {}) {
  const next = address();
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = String(next);
  history[replaces ? "replaceState" : "pushState"](null, "", text ? `?${text}` : location.pathname);
  return show();
}

addEventListener("popstate", () => show());

async function show({ focuses = true } = {}) {
  const now = address();
  const id = now.get("id");
  const other = now.get("with");
  list.select(id);
  document.body.classList.toggle("has-detail", Boolean(id));
  if (!id) {
    const wasOpen = open?.exchange.id;
    open = null;
    document.title = "Inspect - Portico";
    fill(place("detail"));
    if (wasOpen) requestAnimationFrame(() => list.focus(wasOpen));
    return;
  }
  try {
    if (open?.exchange.id !== id) open = await load(id);
    if (other) await showComparison(other);
    else draw(now.get("tab"));
    if (focuses) place("detail").querySelector("h2")?.focus({ preventScroll: false });
  } catch (error) {
    open = null;
    fill(place("detail"), el("section", { class: "card empty" }, el("h2", { tabindex: "-1" }, "This exchange is gone"),
      el("p", {}, `${error.message} The newest are kept, and cleared when the agent stops.`),
      button("Back to the list", () => go({ id: null, with: null }))));
  }
}

async function load(id) {
  const exchange = await api.exchange(id);
  return {
    exchange, item: exchange.summary, request: message(exchange.request.raw, exchange.kept),
    response: exchange.response ? message(exchange.response.raw, exchange.response_kept) : null,
    shows: { request: {}, response: {} },
  };
}

// MARK: One exchange

function draw(tab) {
  const chosen = tabs.some(([name]) => name === tab) ? tab : "response";
  document.title = `${open.item.method} ${open.item.target.split("?")[0].slice(0, 60)} - Portico`;
  drawDetail(place("detail"), {
    ...open, tab: chosen, showsSecrets, endpoint: endpointOf(open.exchange.tunnel_name),
    original: list.items.some((item) => item.id === open.item.replay_of), reveal: toggleSecrets,
  }, {
    close: () => go({ id: null, with: null }), replay, edit: editAndReplay, compare: chooseOther, compareWith,
    curl: copyCurl, har: () => exportAll([open.item]), secrets: toggleSecrets,
    tab: async (name) => {
      await go({ tab: name }, { replaces: true });
      place(`tab-${name}`)?.focus();
    },
  });
}

function endpointOf(name) {
  return status?.endpoints.find((one) => one.name === name) ?? null;
}

function toggleSecrets() {
  showsSecrets = !showsSecrets;
  show({ focuses: false }).then(() => place("secrets")?.focus());
}

async function replay() {
  if (!open) return;
  try {
    sent(await api.replay(open.exchange.id));
  } catch (error) {
    say(error.message, { isError: true });
  }
}

function editAndReplay() {
  if (open) edit(open.exchange.id, open.request, showsSecrets, sent);
}

/** A replay is there: it is opened, with a way to what it came from. */
function sent(item) {
  list.add(item);
  list.release();
  go({ id: item.id, with: null });
  say(`Sent. The service answered ${item.status ?? "nothing"}.`);
}

async function copyCurl() {
  const base = endpointOf(open.exchange.tunnel_name)?.url ?? `http://${open.request.fields.find(([name]) => /^host$/i.test(name))?.[1] ?? "localhost"}`;
  const isDone = await copy(curl(base, open.request, showsSecrets));
  say(!isDone ? "The browser lets nothing be copied here." : showsSecrets ? "The command is copied." : "The command is copied, with secrets masked.");
}

// MARK: Two exchanges

function chooseOther() {
  isChoosing = true;
  document.body.classList.add("is-choosing");
  fill(place("choosing"), el("span", {}, "Choose the exchange to compare with."),
    button("Cancel", endChoosing, { class: "btn tiny", id: "cancel-compare" }));
  place("choosing").hidden = false;
  requestAnimationFrame(() => list.focus(list.visible.find((item) => item.id !== open.exchange.id)?.id));
}

function endChoosing() {
  isChoosing = false;
  document.body.classList.remove("is-choosing");
  place("choosing").hidden = true;
  place("compare")?.focus();
}

function compareWith(id) {
  if (isChoosing) endChoosing();
  if (id === open?.exchange.id) return say("That is the same exchange: choose another.");
  return go({ with: id });
}

async function showComparison(id) {
  const sides = [open, await load(id)].sort((a, b) => a.item.start - b.item.start);
  document.title = "Compare - Portico";
  fill(place("detail"),
    el("div", { class: "head" }, el("div", { class: "grow" }, el("h2", { id: "detail-title", tabindex: "-1" }, "Compare two exchanges"),
      el("p", { class: "muted" }, "What differs is marked; secrets are masked on both sides unless they are shown.")),
    el("div", { class: "row" },
      button(showsSecrets ? "Hide secrets" : "Show secrets", toggleSecrets, { id: "secrets", "aria-pressed": showsSecrets }),
      button("Back to the exchange", () => go({ with: null }), { id: "end-compare" }))),
    await comparison(sides, showsSecrets));
}

// MARK: The list

function changed(visible) {
  current = visible;
  const text = place("filter").value;
  const total = list.items.length;
  place("count").textContent = total === 0 ? "" : visible.length === total ? `${count(total)} kept here` : `${count(visible.length)} of ${count(total)}`;
  place("export").disabled = visible.length === 0;
  place("clear").disabled = total === 0;
  place("list").hidden = visible.length === 0;
  const empty = place("empty");
  empty.hidden = visible.length > 0;
  if (visible.length > 0) return empty.replaceChildren();
  if (total > 0 && empty.dataset.shown === text) return undefined;
  empty.dataset.shown = total > 0 ? text : "";
  if (total > 0) {
    fill(empty, el("h2", {}, "No request matches"), el("p", {}, "Drop a part of ", el("code", {}, text), " to see more."),
      button("Clear the filter", () => setFilter("")));
  } else teach(empty);
  return undefined;
}

/** Nothing has come yet: what to do so that something does. */
function teach(empty) {
  const endpoints = status?.endpoints ?? [];
  const web = endpoints.find((one) => /^https?:/.test(one.url));
  const key = `${web?.url}|${endpoints.length}|${status?.capture.limit}`;
  if (empty.dataset.taught === key && empty.childElementCount) return;
  empty.dataset.taught = key;
  if (status && !status.capture.limit) {
    fill(empty, el("h2", {}, "Requests are not kept"), el("p", {}, "The configuration says local_storage: false or inspect_db_size: -1."),
      command("portico config edit"));
  } else if (web) {
    fill(empty, el("h2", {}, "Waiting for the first request"), el("p", {}, "It appears here the moment it arrives."),
      command(`curl ${web.url}`), el("p", {}, el("a", { href: web.url, target: "_blank", rel: "noreferrer" }, "Open it in the browser")));
  } else if (endpoints.length) {
    fill(empty, el("h2", {}, "Nothing to see of this endpoint"), el("p", {}, "Requests of HTTP endpoints are shown; TCP and TLS pass through unread. Serve something over HTTP beside it:"),
      command("portico http 8080"));
  } else {
    fill(empty, el("h2", {}, "No endpoint yet"), el("p", {}, "Give a service on this machine a public URL; its requests are shown here."), command("portico http 8080"));
  }
}

function command(text) {
  return el("div", { class: "cmd" }, el("span", {}, el("b", {}, "$ "), text),
    button("Copy", async () => say(await copy(text) ? "The command is copied." : "The browser lets nothing be copied here."), { class: "btn tiny" }));
}

function setFilter(text) {
  place("filter").value = text;
  go({ filter: text }, { replaces: true });
  applyFilter();
}

function applyFilter() {
  const { matches, problem } = filters.parse(place("filter").value);
  place("filter-problem").textContent = problem ?? "";
  place("filter").setAttribute("aria-invalid", String(Boolean(problem)));
  list.filter(matches);
}

function pause() {
  list.pause(!list.isPaused);
  place("pause").setAttribute("aria-pressed", String(list.isPaused));
  fill(place("pause"), list.isPaused ? "Go on " : "Pause ", el("kbd", { class: "p2" }, "space"));
}

async function clear() {
  try {
    await api.clear();
    say("The list is cleared.");
  } catch (error) {
    say(error.message, { isError: true });
  }
}

async function exportAll(items) {
  const wanted = items.slice(0, maxExported);
  const found = [];
  for (const item of wanted) {
    try {
      found.push(await api.exchange(item.id));
    } catch {
      // It has made room for newer ones since.
    }
  }
  const bases = new Map((status?.endpoints ?? []).map((one) => [one.name, one.url]));
  download("portico.har", "application/json", await archive(found, bases, status?.agent_version ?? "", showsSecrets));
  say(`${count(found.length)} ${found.length === 1 ? "exchange is" : "exchanges are"} exported${showsSecrets ? "" : ", with secrets masked"}${items.length > maxExported ? `; of ${count(items.length)}, the newest` : ""}.`);
}

// MARK: Start

function step(by) {
  const next = list.neighbour(by);
  if (!next) return;
  if (open) go({ id: next.id, with: null }, { replaces: true });
  else {
    list.select(next.id);
    requestAnimationFrame(() => list.focus(next.id));
  }
}

function turn(by) {
  if (!open || address().get("with")) return;
  const at = Math.max(0, tabs.findIndex(([name]) => name === (address().get("tab") ?? "response")));
  go({ tab: tabs[(at + by + tabs.length) % tabs.length][0] }, { replaces: true });
}

function escape(event) {
  if (event.target === place("filter")) {
    if (place("filter").value) setFilter("");
    else place("filter").blur();
  } else if (isChoosing) endChoosing();
  else if (address().get("with")) go({ with: null });
  else if (open) go({ id: null });
}

new Keys([
  ["j", "Next request", () => step(1)], ["k", "Previous request", () => step(-1)],
  ["Enter", "Open the chosen request", null], ["Esc", "Close, or clear the filter", escape],
  ["f", "Go to the filter", () => place("filter").focus()], ["/", "Go to the filter", () => place("filter").focus()],
  ["space", "Pause, or go on", pause], ["c", "Clear the list", clear],
  ["r", "Replay", replay], ["R", "Edit and replay", editAndReplay], ["=", "Compare", () => open && chooseOther()],
  ["e", "Export what is shown as HAR", () => current.length && exportAll(current)],
  ["[", "Previous tab", () => turn(-1)], ["]", "Next tab", () => turn(1)],
]);

place("filter").value = address().get("filter") ?? "";
place("filter-help").textContent = filters.help;
place("filter").addEventListener("input", () => {
  go.timer && clearTimeout(go.timer);
  go.timer = setTimeout(() => history.replaceState(null, "", withFilter(place("filter").value)), 300);
  applyFilter();
});
place("pause").addEventListener("click", pause);
place("clear").addEventListener("click", clear);
place("export").addEventListener("click", () => exportAll(current));
applyFilter();

function withFilter(text) {
  const next = address();
  if (text) next.set("filter", text);
  else next.delete("filter");
  return String(next) ? `?${next}` : location.pathname;
}

let isFirst = true;
api.follow({
  async open() {
    // What came while nobody listened is in the store.
    list.reset(await api.newest(1000).catch(() => []));
    if (isFirst) show();
    isFirst = false;
  },
  lost() {
    status = null;
    showSession(null);
  },
  status(now) {
    const before = status;
    status = now;
    showSession(now);
    if (list.items.length === 0) changed(list.visible);
    if (!before && open && !address().get("with")) show({ focuses: false });
  },
  exchange: (item) => list.add(item),
  cleared() {
    list.reset([]);
    if (open) go({ id: null, with: null }, { replaces: true });
  },
});
