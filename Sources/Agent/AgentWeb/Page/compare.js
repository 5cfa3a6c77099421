// Two exchanges beside each other: what differs, and nothing else said twice.

import { el } from "./dom.js";
import { clock, duration, size } from "./format.js";
import { layOut } from "./json.js";
import { decodedBody, mediaType, text as textOf } from "./message.js";
import { isSecretKey, mask, maskField, maskTarget, maskText } from "./secrets.js";

/** Lines of a side that are compared; beyond, the work grows with their square. */
const maxLines = 1200;
const context = 3;

/** @param sides two of `{item, request, response}`; what came first stands on the left. */
export async function comparison(sides, showsSecrets) {
  const [a, b] = sides;
  const rows = [
    ["Request", (side) => `${side.item.method} ${showsSecrets ? side.item.target : maskTarget(side.item.target)}`],
    ["Status", (side) => side.item.status ? `${side.item.status} ${side.item.reason ?? ""}` : "nothing came back"],
    ["Duration", (side) => duration(side.item.duration)],
    ["Endpoint", (side) => side.item.endpoint || "-"],
    ["Visitor", (side) => side.item.visitor || "-"],
    ["Request body", (side) => size(side.item.request.size)],
    ["Response body", (side) => size(side.item.response?.size)],
  ];
  const table = el("table", { class: "tbl compare" },
    el("caption", { class: "vh" }, "Both exchanges"),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, el("span", { class: "vh" }, "What")),
      sides.map((side, index) => el("th", { scope: "col" }, `${index ? "Later" : "Earlier"}, ${clock(side.item.start, true)}`)))),
    el("tbody", {}, rows.map(([name, of]) => {
      const values = sides.map(of);
      return el("tr", { class: values[0] === values[1] ? null : "differs" }, el("th", { scope: "row" }, name),
        values.map((value) => el("td", {}, value)));
    })));
  const parts = [el("section", { class: "card" }, el("header", {}, el("h2", {}, "At a glance")), table)];
  for (const [name, key] of [["Request", "request"], ["Response", "response"]]) {
    if (!a[key] && !b[key]) continue;
    parts.push(section(`${name} headers`, ...sides.map((side) => headerLines(side[key], showsSecrets))));
    parts.push(section(`${name} body`, ...await Promise.all(sides.map((side) => bodyLines(side[key], showsSecrets)))));
  }
  return parts;
}

function headerLines(parsed, showsSecrets) {
  if (!parsed) return [];
  return parsed.fields.map(([name, value]) => `${name.toLowerCase()}: ${showsSecrets ? value : maskField(name, value)}`).sort();
}

async function bodyLines(parsed, showsSecrets) {
  if (!parsed?.body.length) return [];
  const { bytes } = await decodedBody(parsed);
  const text = textOf(bytes, parsed.isWhole);
  if (text === null) return [`${bytes.length} bytes that are no text, ${await digest(bytes)}`];
  if (text.length <= 1 << 20 && /[/+]json$/.test(mediaType(parsed.fields).type)) {
    const laid = layOut(text, (key) => !showsSecrets && isSecretKey(key) ? mask : null);
    if (laid.lines) return laid.lines.map((line) => line.map(([, piece]) => piece).join(""));
  }
  return (showsSecrets ? text : maskText(text, /form-urlencoded/.test(mediaType(parsed.fields).type))).split(/\r?\n/);
}

/** A word for bytes, the same for the same ones. */
async function digest(bytes) {
  if (!crypto.subtle) return "not compared";
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `SHA-256 ${[...hash.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}…`;
}

function section(title, left, right) {
  const steps = difference(left, right);
  const changed = steps?.filter(([sign]) => sign !== " ").length ?? 0;
  const note = !steps ? "too long to compare line by line" : left.length + right.length === 0 ? "none"
    : changed === 0 ? "the same" : `${steps.filter(([sign]) => sign === "-").length} gone, ${steps.filter(([sign]) => sign === "+").length} new`;
  return el("section", { class: "card" },
    el("header", {}, el("h2", {}, title), el("span", { class: "muted" }, note)),
    changed > 0 && el("ol", { class: "code diff", tabindex: "0", "aria-label": `${title}, line by line` }, folded(steps)));
}

/** The steps with three lines around each change; the rest is counted. */
function folded(steps) {
  const near = steps.map((_, index) =>
    steps.slice(Math.max(0, index - context), index + context + 1).some(([sign]) => sign !== " "));
  const shown = [];
  for (let index = 0; index < steps.length; index += 1) {
    if (near[index]) {
      const [sign, text] = steps[index];
      const name = { "+": "add", "-": "del", " ": "" }[sign];
      shown.push(el("li", { class: name }, el("i", {}, sign),
        name && el("span", { class: "vh" }, name === "add" ? "new: " : "gone: "), el("span", {}, text)));
      continue;
    }
    let end = index;
    while (end < steps.length && !near[end]) end += 1;
    shown.push(el("li", { class: "gap" }, `${end - index} more that are the same`));
    index = end - 1;
  }
  return shown;
}

/** The shortest way from one list of lines to the other; null where it would take too long. */
export function difference(left, right) {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < left.length - start && end < right.length - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  const a = left.slice(start, left.length - end);
  const b = right.slice(start, right.length - end);
  if (a.length > maxLines || b.length > maxLines) return null;
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1] + 1
        : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  const steps = left.slice(0, start).map((line) => [" ", line]);
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      steps.push([" ", a[i]]);
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      steps.push(["-", a[i]]);
      i += 1;
    } else {
      steps.push(["+", b[j]]);
      j += 1;
    }
  }
  return steps.concat(left.slice(left.length - end).map((line) => [" ", line]));
}
