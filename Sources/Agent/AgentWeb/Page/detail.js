// One exchange: what was asked, what came back, how long it took.

import { pairs, showBody } from "./body.js";
import { button, copy, el, facts, fill, shape } from "./dom.js";
import { clock, date, duration, exact, size, statusClass } from "./format.js";
import { query } from "./message.js";
import { isSecretField, maskField, maskTarget } from "./secrets.js";
import { say } from "./shell.js";

export const tabs = [["response", "Response"], ["request", "Request"], ["timing", "Timing"], ["raw", "Raw"]];

/**
 * Draws an exchange.
 *
 * @param view `{exchange, request, response, item, tab, showsSecrets, endpoint, original}`.
 * @param actions `close`, `replay`, `edit`, `compare`, `curl`, `har`, `secrets`, `tab`, `open`.
 */
export function drawDetail(place, view, actions) {
  const { exchange, request, item } = view;
  const target = view.showsSecrets ? request.start[1] : maskTarget(request.start[1]);
  const head = el("section", { class: "card", "aria-labelledby": "detail-title" },
    el("header", {},
      button("Back", actions.close, { class: "btn back" }),
      el("h2", { id: "detail-title", tabindex: "-1", class: "wrap" }, el("span", { class: "verb" }, request.start[0]), " ", el("span", { class: "mono" }, target)),
      el("span", { class: `st pill ${statusClass(item.status)}` }, item.status ? `${item.status} ${item.reason ?? ""}`.trim() : "No answer")),
    el("div", { class: "actions row" },
      button(["Replay ", el("kbd", { class: "p2" }, "r")], actions.replay, { class: "btn main", id: "replay", disabled: !request.isWhole, title: request.isWhole ? null : "More was sent than is kept: edit it to send it again." }),
      button(["Edit and replay ", el("kbd", { class: "p2" }, "R")], actions.edit, { id: "edit" }),
      button("Compare", actions.compare, { id: "compare" }),
      button("Copy as curl", actions.curl, { id: "curl" }),
      button("Export HAR", actions.har, { id: "har" }),
      button(view.showsSecrets ? "Hide secrets" : "Show secrets", actions.secrets, { id: "secrets", "aria-pressed": view.showsSecrets }),
      button("Close", actions.close, { class: "btn bare close", "aria-label": "Close this exchange" })),
    el("div", { class: "pad0" }, facts("kv wide", [
      ["Endpoint", view.endpoint ? el("a", { href: view.endpoint.url, rel: "noreferrer", target: "_blank" }, exchange.tunnel_name) : exchange.tunnel_name || "-"],
      ["Visitor", exchange.remote_addr || "-"],
      ["Received", [clock(item.start, true), " ", el("time", { class: "muted", datetime: exact(item.start), title: exact(item.start) }, date(item.start))]],
      ["Duration", duration(exchange.duration)],
      ["Sizes", `${size(item.request.size)} in, ${size(item.response?.size)} out`],
      ["Request id", el("code", {}, exchange.id)],
    ])),
    notes(view, actions),
    tabStrip(view.tab, actions.tab));
  const panel = el("section", { class: "card panel", id: "panel", role: "tabpanel", "aria-labelledby": `tab-${view.tab}` });
  fill(place, head, panel);
  switch (view.tab) {
    case "request": side(panel, request, view, "request"); break;
    case "timing": timing(panel, view); break;
    case "raw": raw(panel, view); break;
    default: view.response ? side(panel, view.response, view, "response") : fill(panel, el("p", { class: "pad muted" }, "Nothing came back before the connection ended."));
  }
}

function tabStrip(chosen, choose) {
  const strip = el("div", { class: "tabs", role: "tablist", "aria-label": "Parts of the exchange" },
    tabs.map(([name, text]) => el("button", {
      type: "button", role: "tab", id: `tab-${name}`, "aria-selected": name === chosen, "aria-controls": "panel",
      tabindex: name === chosen ? "0" : "-1", on: { click: () => choose(name) },
    }, text)));
  strip.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = tabs.findIndex(([name]) => name === chosen);
    choose(tabs[(at + step + tabs.length) % tabs.length][0], true);
  });
  return strip;
}

/** Why it went as it did, as far as this agent knows. */
function notes(view, actions) {
  const { response, item, endpoint } = view;
  const found = [];
  const code = response?.fields.find(([name]) => /^ngrok-error-code$/i.test(name))?.[1];
  if (code === "ERR_NGROK_8012") {
    found.push(el("div", { class: "note bad" },
      el("strong", { class: "st bad" }, "The upstream was not reached"),
      el("p", {}, "The agent answered itself, because ", el("code", {}, endpoint?.upstream?.url ?? "the service"), " took no connection. Start the service, then replay this request. ", el("code", {}, code))));
  } else if (code) {
    found.push(el("div", { class: "note bad" }, el("strong", { class: "st bad" }, "This answer is an error of the gateway"), el("p", {}, el("code", {}, code))));
  } else if (!response) {
    found.push(el("div", { class: "note bad" }, el("strong", { class: "st bad" }, "Nothing came back"),
      el("p", {}, "The connection ended before the service answered: the visitor left, or the service closed it.")));
  }
  if (item.replay_of) {
    found.push(el("div", { class: "note plain" }, el("strong", {}, "Replayed from here"),
      el("p", {}, "Sent by the agent straight to the service: the edge and its traffic policy were not asked. ",
        view.original && button("Compare with the original", () => actions.compareWith(item.replay_of), { class: "btn tiny", id: "compare-original" }))));
  } else if (endpoint?.traffic_policy) {
    found.push(el("div", { class: "note plain" }, el("strong", {}, "A traffic policy let it through"),
      el("p", {}, "It ran at the edge, before the request came here; requests that it refuses are not in this list.")));
  }
  return found;
}

function side(panel, parsed, view, which) {
  const parameters = which === "request" ? query(parsed.start[1]) : [];
  const shows = view.shows[which];
  shows.secrets = view.showsSecrets;
  shows.reveal = view.reveal;
  const body = el("div", {});
  fill(panel,
    parameters.length > 0 && [el("h3", { class: "part" }, "Query ", el("span", { class: "muted" }, parameters.length)), pairs(parameters, shows)],
    el("h3", { class: "part" }, "Headers ", el("span", { class: "muted" }, parsed.fields.length)),
    el("dl", { class: "hdrs" }, parsed.fields.map(([name, value]) => [
      el("dt", {}, name), el("dd", { class: isSecretField(name) && !view.showsSecrets ? "secret" : null }, view.showsSecrets ? value : maskField(name, value)),
    ])),
    el("h3", { class: "part" }, "Body ", el("span", { class: "muted" }, size(parsed.body.length))),
    body);
  showBody(body, parsed, shows);
}

/** Bars on a shared axis. */
function timing(panel, { exchange, request, response }) {
  const total = Math.max(1, exchange.duration);
  const answered = exchange.answered_after;
  const phases = [
    ["Waiting", 0, answered ?? total, "b1"],
    ["Receiving", answered ?? total, total, "b2"],
  ];
  fill(panel, el("div", { class: "pad" },
    el("ol", { class: "fall" }, phases.map(([name, from, to, color]) => {
      const none = to <= from;
      const bar = shape("svg", { viewBox: "0 0 1000 10", preserveAspectRatio: "none", "aria-hidden": "true" },
        shape("rect", { class: "b0", width: 1000, height: 10 }),
        shape("rect", { class: color, x: from / total * 1000, width: none ? 0 : Math.max(4, (to - from) / total * 1000), height: 10 }));
      return el("li", {}, el("span", { class: "clip" }, name), bar, el("span", { class: "num" }, none ? "none" : duration(to - from)));
    }), el("li", { class: "total" }, el("span", {}, "Total"), el("span", {}), el("span", { class: "num" }, duration(exchange.duration)))),
    facts("kv wide more", [
      ["Measured", "in the agent, from the request's first byte to the answer's last"],
      ["Request on the wire", size(request.wire)], ["Answer on the wire", size(response?.wire)],
      ["Protocols", [request.start[2], response?.start[0]].filter(Boolean).join(", ")],
    ])));
}

function raw(panel, view) {
  if (!view.showsSecrets) {
    fill(panel, el("div", { class: "empty" }, el("p", {}, "Raw messages are shown as they were on the wire, with every secret in them."),
      button("Show secrets", view.reveal)));
    return;
  }
  const decoder = new TextDecoder("utf-8");
  fill(panel, [["Request", view.request], ["Response", view.response]].filter(([, parsed]) => parsed).map(([name, parsed]) => {
    const text = decoder.decode(parsed.bytes.subarray(0, 262_144));
    return [
      el("h3", { class: "part" }, name, " ", el("span", { class: "muted" }, size(parsed.bytes.length)), el("span", { class: "grow" }),
        button("Copy", async () => say(await copy(text) ? `The ${name.toLowerCase()} is copied.` : "The browser lets nothing be copied here."), { class: "btn tiny" })),
      el("pre", { class: "raw", tabindex: "0", "aria-label": `${name}, raw` }, text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "·")),
    ];
  }));
}
