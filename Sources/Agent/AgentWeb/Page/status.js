// The page Status: the session, the endpoints with their numbers, the configuration.

import { follow } from "./api.js";
import { button, copy, el, fill } from "./dom.js";
import { count, duration, rate, size } from "./format.js";
import { Keys, say, showSession, wordOf } from "./shell.js";

const place = (id) => document.getElementById(id);
const quantiles = [["p50", "p50"], ["p90", "p90"], ["p95", "p95"], ["p99", "p99"]];
const rates = [["rate1", "1 min"], ["rate5", "5 min"], ["rate15", "15 min"]];
let drawnEndpoints = "";
let drawnFacts = "";

new Keys([]);
follow({ status: draw, lost: () => showSession(null) });

function draw(status) {
  showSession(status);
  drawTiles(status);
  drawProblem(status.session);
  drawSession(status);
  drawEndpoints(status);
}

function sum(endpoints, family, key) {
  return endpoints.reduce((total, one) => total + one.metrics[family][key], 0);
}

function drawTiles(status) {
  const { session, endpoints } = status;
  const tiles = [
    ["Session", wordOf(status), ""],
    ["Latency to the edge", session.latency ? duration(session.latency) : "-", ""],
    ["Open connections", count(sum(endpoints, "conns", "gauge")), `of ${count(sum(endpoints, "conns", "count"))}`],
    ["HTTP requests", count(sum(endpoints, "http", "count")), ""],
    ["Requests a second", rate(sum(endpoints, "http", "rate1")), "over 1 min"],
  ];
  const holder = place("tiles");
  if (holder.childElementCount !== tiles.length) {
    fill(holder, tiles.map(() => el("div", { class: "tile" }, el("span", { class: "label" }), el("b", {}))));
  }
  for (const [index, [label, value, more]] of tiles.entries()) {
    const [name, number] = holder.children[index].children;
    name.textContent = label;
    fill(number, value, more && el("small", {}, more));
  }
}

function drawProblem(session) {
  const holder = place("problem");
  const text = [session.error, session.remedy, session.code].filter(Boolean).join(" ");
  if (holder.dataset.text === text) return;
  holder.dataset.text = text;
  holder.hidden = !text;
  if (text) {
    fill(holder, el("strong", { class: "st warn" }, "The edge is not reached; the agent goes on trying"),
      el("p", {}, session.error, " ", session.remedy, " ", session.code && el("code", {}, session.code)));
  }
}

function drawSession({ session, agent_version: version, capture, configuration }) {
  const rows = [
    ["Account", [session.account, session.plan && `(${session.plan})`].filter(Boolean).join(" ")],
    ["Region", session.region], ["Session", session.id], ["Agent", version], ["Edge's version", session.server_version],
    ["Requests kept", capture.limit ? `${count(capture.count)}, ${size(capture.bytes)} of ${size(capture.limit)}` : "none"],
  ].filter(([, value]) => value);
  const text = JSON.stringify([rows, configuration]);
  if (text === drawnFacts) return;
  drawnFacts = text;
  const pairs = (all) => all.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
  fill(place("session-facts"), pairs(rows));
  fill(place("configuration"), pairs(configuration.map(({ name, value }) => [name, value])));
}

function drawEndpoints({ endpoints, endpoint_count: total }) {
  const text = JSON.stringify(endpoints);
  // What is selected or has the focus stays as it is while nothing changes.
  if (text === drawnEndpoints) return;
  drawnEndpoints = text;
  const focused = document.activeElement?.dataset?.copy;
  const holder = place("endpoints");
  if (!endpoints.length) {
    fill(holder, el("section", { class: "card empty" }, el("h2", {}, "No endpoint yet"),
      el("p", {}, "An endpoint gives a service on this machine a public URL."), command("portico http 8080")));
    return;
  }
  fill(holder, endpoints.map(card),
    total > endpoints.length && el("p", { class: "muted" }, `${count(total - endpoints.length)} more: ask GET /api/endpoints.`));
  if (focused) document.querySelector(`[data-copy="${CSS.escape(focused)}"]`)?.focus();
}

function command(text) {
  return el("div", { class: "cmd" }, el("span", {}, el("b", {}, "$ "), text),
    button("Copy", async () => say(await copy(text) ? "The command is copied." : "The browser lets nothing be copied here."), { class: "btn tiny", data: { copy: text } }));
}

function card(endpoint) {
  const isWeb = /^https?:/.test(endpoint.url);
  const { conns, http } = endpoint.metrics;
  const facts = [
    ["Forwards to", el("code", {}, endpoint.upstream.url)], ["Name", endpoint.name],
    ["Inspected", isWeb ? endpoint.inspect ? "yes" : "no" : "not over TCP and TLS"],
    ["Pooled", endpoint.pooling_enabled ? "yes" : "no"],
    ["Description", endpoint.description],
  ].filter(([, value]) => value);
  return el("section", { class: "card" },
    endpoint.stall && el("p", { class: "notice warn" }, endpoint.stall),
    el("header", {}, el("h3", { class: "wrap" }, isWeb ? el("a", { href: endpoint.url, target: "_blank", rel: "noreferrer" }, endpoint.url) : endpoint.url),
      button("Copy URL", async () => say(await copy(endpoint.url) ? "The URL is copied." : "The browser lets nothing be copied here."), { class: "btn tiny", data: { copy: endpoint.url } })),
    el("div", { class: "pad0" }, el("dl", { class: "kv wide" }, facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))))),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Numbers of ${endpoint.name}` },
      el("table", { class: "tbl numbers" },
        el("caption", { class: "vh" }, `Traffic of ${endpoint.name}`),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Traffic"), el("th", { scope: "col", class: "num" }, "Total"), el("th", { scope: "col", class: "num" }, "Open"),
          rates.map(([, label]) => el("th", { scope: "col", class: "num" }, `/s, ${label}`)), quantiles.map(([, label]) => el("th", { scope: "col", class: "num" }, label)))),
        el("tbody", {}, [["Connections", conns], isWeb && ["HTTP requests", http]].filter(Boolean).map(([name, metrics]) => el("tr", {}, el("th", { scope: "row" }, name),
          el("td", { class: "num" }, count(metrics.count)), el("td", { class: "num" }, metrics.gauge === undefined ? "-" : count(metrics.gauge)),
          rates.map(([key]) => el("td", { class: "num" }, rate(metrics[key]))),
          quantiles.map(([key]) => el("td", { class: "num" }, metrics[key] ? duration(metrics[key]) : "-"))))))),
    endpoint.traffic_policy && el("details", { class: "pad" }, el("summary", {}, "Traffic policy"), el("pre", { class: "raw" }, endpoint.traffic_policy)));
}
