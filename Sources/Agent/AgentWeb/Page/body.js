// A body as people read it: laid out, as text, or byte by byte.

import { button, choice, copy, el, fill } from "./dom.js";
import { size } from "./format.js";
import { layOut, position } from "./json.js";
import { decodedBody, field, mediaType, text as textOf } from "./message.js";
import { isSecretKey, mask, maskText } from "./secrets.js";
import { say } from "./shell.js";

/** Lines, and bytes of a view of bytes, that are shown before somebody asks for more. */
const maxLines = 1500;
const maxHexBytes = 8192;
/** Text that is laid out: beyond, it is shown as it is. */
const maxLaidOut = 1 << 20;
/** What images may be: what a browser draws without running anything. */
const images = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml", "image/bmp", "image/x-icon", "image/vnd.microsoft.icon"]);

/** Fills `place` with the body of a message. `shows.secrets` says whether secrets are shown. */
export async function showBody(place, parsed, shows) {
  if (parsed.body.length === 0) {
    const length = field(parsed.fields, "content-length");
    const isCut = !parsed.isWhole;
    fill(place, el("p", { class: "pad muted" }, isCut ? "The body came, and was not kept: the store had no room for it."
      : `No body${length && length !== "0" ? `, though ${length} bytes were announced` : ""}.`));
    return;
  }
  const { bytes, problem } = await decodedBody(parsed);
  const { type, boundary } = mediaType(parsed.fields);
  const text = problem ? null : textOf(bytes, parsed.isWhole);
  const views = [];
  const pretty = problem ? null : layout(type, boundary, bytes, text, shows);
  if (pretty) views.push(["pretty", pretty.name, pretty.draw]);
  if (text !== null) {
    const isForm = type === "application/x-www-form-urlencoded";
    views.push(["text", "Text", () => lines((shows.secrets ? text : maskText(text, isForm)).split("\n").map((line) => [["", line]]))]);
  }
  views.push(["hex", "Bytes", () => hex(bytes, shows)]);
  const draw = (chosen) => {
    const view = views.find(([name]) => name === chosen) ?? views[0];
    shows.view = view[0];
    fill(place,
      el("div", { class: "bodybar" },
        choice("Body as", views.map(([name, label]) => [name, label]), view[0], draw),
        el("span", { class: "muted grow clip" }, describe(parsed, bytes, type)),
        text !== null && button("Copy body", async () => {
          const shown = shows.secrets ? text : maskText(text, type === "application/x-www-form-urlencoded");
          say(await copy(shown) ? `The body is copied${shown === text ? "" : ", with its secrets masked"}.` : "The browser lets nothing be copied here.");
        }, { class: "btn tiny" })),
      problem && el("p", { class: "notice warn" }, problem),
      !parsed.isWhole && el("p", { class: "notice warn" }, `The beginning of ${size(parsed.wire)}: more of a message is not kept.`),
      view[2]());
  };
  draw(shows.view ?? views[0][0]);
}

function describe(parsed, bytes, type) {
  const coding = field(parsed.fields, "content-encoding");
  const whole = coding && bytes.length !== parsed.body.length ? `${size(bytes.length)} from ${size(parsed.body.length)} of ${coding}` : size(bytes.length);
  return [type || "no content type", whole, parsed.isChunked && "chunked"].filter(Boolean).join(", ");
}

function layout(type, boundary, bytes, text, shows) {
  if (images.has(type)) return { name: "Image", draw: () => image(type, bytes) };
  if (text === null) return type === "multipart/form-data" && boundary ? { name: "Parts", draw: () => parts(bytes, boundary, shows) } : null;
  if (type === "application/x-www-form-urlencoded") return { name: "Form", draw: () => form(text, shows) };
  if (type === "multipart/form-data" && boundary) return { name: "Parts", draw: () => parts(bytes, boundary, shows) };
  if (text.length > maxLaidOut) return null;
  if (/[/+]json$/.test(type) || (!type && /^\s*[[{]/.test(text))) return { name: "JSON", draw: () => json(text, shows) };
  if (/[/+](xml|html)$/.test(type)) return { name: "Markup", draw: () => markup(text) };
  return null;
}

/** Text in numbered lines; each is a list of pieces, [class, text]. */
export function lines(all, attributes = {}) {
  const list = el("ol", { class: "code", tabindex: "0", "aria-label": "Text", ...attributes });
  let shown = 0;
  const more = el("div", { class: "foot-row" });
  const draw = () => {
    const next = all.slice(shown, shown + maxLines);
    list.append(...next.map((line) => el("li", {}, el("span", {}, line.map(([name, piece]) => name ? el("span", { class: name }, piece) : piece)))));
    shown += next.length;
    const left = all.length - shown;
    fill(more, `${left} more lines`, button(`Show ${Math.min(left, maxLines)}`, draw, { class: "btn tiny" }));
    more.hidden = left === 0;
  };
  draw();
  return el("div", {}, list, more);
}

function json(text, shows) {
  const result = layOut(text, (key) => !shows.secrets && isSecretKey(key) ? mask : null);
  if (!result.error) return lines(result.lines);
  const { line, column } = position(text, result.error.offset);
  const source = (shows.secrets ? text : maskText(text)).split("\n");
  const from = Math.max(0, line - 20);
  return el("ol", { class: "code numbered", tabindex: "0", "aria-label": "JSON with a mistake" },
    source.slice(from, line + 20).flatMap((content, index) => {
      const number = from + index + 1;
      const item = el("li", { class: number === line ? "err" : "", "data-n": number }, content);
      return number !== line ? [item] : [item, el("li", { class: "say" },
        el("span", { class: "st bad" }, `Line ${line}, column ${column}`), el("span", {}, `This is not valid JSON: ${result.error.text}.`))];
    }));
}

/** XML and HTML, an element a line where it was all in one. Never drawn as a page. */
function markup(text) {
  if (text.includes("\n") || text.length > 262_144) return lines(text.split("\n").map(markupPieces));
  let depth = 0;
  const laid = [];
  for (const [piece] of text.matchAll(/<[^>]*>?|[^<]+/g)) {
    if (!piece.trim()) continue;
    const isEnd = piece.startsWith("</");
    if (isEnd) depth = Math.max(0, depth - 1);
    laid.push(markupPieces("  ".repeat(Math.min(depth, 40)) + piece.trim()));
    if (/^<[A-Za-z]/.test(piece) && !piece.endsWith("/>") && !/^<(br|hr|img|input|link|meta|source|area|base|col|embed|wbr)\b/i.test(piece)) depth += 1;
  }
  return lines(laid);
}

const markupPieces = (line) => [...line.matchAll(/<[^>]*>?|[^<]+/g)].map(([piece]) => [piece.startsWith("<") ? "k" : "", piece]);

function form(text, shows) {
  return pairs([...new URLSearchParams(text)], shows);
}

/** Names and values, as headers are shown. */
export function pairs(list, shows) {
  return el("dl", { class: "hdrs" }, list.map(([name, value]) => [
    el("dt", {}, name), el("dd", {}, !shows.secrets && isSecretKey(name) ? mask : value || "-"),
  ]));
}

function parts(bytes, boundary, shows) {
  // Read as bytes that are letters, so that offsets are those of the bytes.
  const whole = new TextDecoder("latin1").decode(bytes);
  const found = whole.split(`--${boundary}`).slice(1).filter((part) => !part.startsWith("--")).slice(0, 200);
  return el("dl", { class: "hdrs" }, found.map((part) => {
    const end = part.indexOf("\r\n\r\n");
    const head = part.slice(0, Math.max(0, end));
    const content = Uint8Array.from(part.slice(end + 4).replace(/\r\n$/, ""), (letter) => letter.charCodeAt(0));
    const name = /\bname="([^"]*)"/i.exec(head)?.[1] ?? "part";
    const file = /\bfilename="([^"]*)"/i.exec(head)?.[1];
    const text = file === undefined && content.length < 4096 ? textOf(content) : null;
    const shown = text === null ? `${file ? `${file}, ` : ""}${size(content.length)}` : !shows.secrets && isSecretKey(name) ? mask : text;
    return [el("dt", {}, name), el("dd", {}, shown)];
  }));
}

function image(type, bytes) {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const picture = el("img", { class: "picture", src: address, alt: `The body, an image of ${size(bytes.length)}` });
  const caption = el("figcaption", { class: "muted" }, "");
  const forget = () => URL.revokeObjectURL(address);
  picture.addEventListener("load", () => {
    caption.textContent = `${picture.naturalWidth} × ${picture.naturalHeight}`;
    forget();
  });
  picture.addEventListener("error", () => {
    caption.textContent = "This browser cannot draw it.";
    forget();
  });
  return el("figure", { class: "pad figure" }, picture, caption);
}

/** Offset, sixteen bytes, and the letters that they would be. */
export function hex(bytes, shows) {
  if (!shows.secrets) {
    return el("p", { class: "notice" }, "Bytes are shown with their secrets, or not at all. ",
      button("Show secrets", () => shows.reveal?.(), { class: "btn tiny" }));
  }
  const all = [];
  const shown = bytes.subarray(0, maxHexBytes);
  for (let at = 0; at < shown.length; at += 16) {
    const row = shown.subarray(at, at + 16);
    const codes = [...row].map((byte) => byte.toString(16).padStart(2, "0"));
    const left = codes.slice(0, 8).join(" ").padEnd(23);
    const right = codes.slice(8).join(" ").padEnd(23);
    const letters = [...row].map((byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".").join("");
    all.push([["c", at.toString(16).padStart(6, "0")], ["", `  ${left}  ${right}  `], ["s", letters]]);
  }
  const list = lines(all, { class: "code plain", "aria-label": "Bytes" });
  if (bytes.length <= maxHexBytes) return list;
  return el("div", {}, list, el("p", { class: "notice" }, `The first ${size(maxHexBytes)} of ${size(bytes.length)}.`));
}
