// Messages of HTTP/1.1 as they were on the wire.

const utf8 = new TextDecoder("utf-8");
const strictUTF8 = new TextDecoder("utf-8", { fatal: true });
/** What a body may become when it is decompressed; a few kilobytes can be gigabytes. */
const maxDecoded = 4 << 20;

export function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export function base64Of(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/**
 * A message: `start` (three parts), `fields` ([name, value] in order), `body` (without chunks), `isWhole`, `wire`.
 *
 * @param raw base64 of the bytes.
 * @param kept how much of it there is: `head`, `bytes`, `wire`.
 */
export function message(raw, kept) {
  const bytes = bytesOf(raw);
  const lines = utf8.decode(bytes.subarray(0, kept.head)).split("\n").map((line) => line.replace(/\r$/, ""));
  const [first = "", ...rest] = lines;
  const parts = /^([^ ]*) ?([^ ]*) ?(.*)$/.exec(first) ?? ["", "", "", ""];
  const fields = rest.filter((line) => line.includes(":")).map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const isChunked = /\bchunked\b/i.test(field(fields, "transfer-encoding") ?? "");
  const content = bytes.subarray(kept.head);
  return {
    start: parts.slice(1, 4), fields, bytes, head: kept.head,
    body: isChunked ? withoutChunks(content) : content,
    isWhole: kept.bytes === kept.wire, isChunked, wire: kept.wire,
  };
}

/** The values of all fields of a name, with commas between; null where there is none. */
export function field(fields, name) {
  const values = fields.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
  return values.length ? values.join(", ") : null;
}

/** What the chunks hold, as far as they came. */
function withoutChunks(bytes) {
  const parts = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) break;
    const size = parseInt(utf8.decode(bytes.subarray(at, end)), 16);
    if (!(size > 0)) break;
    parts.push(bytes.subarray(end + 1, Math.min(end + 1 + size, bytes.length)));
    at = end + 1 + size + 2;
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** The body without its content codings: `bytes`, and `problem` where they could not be taken off. */
export async function decodedBody(parsed) {
  let bytes = parsed.body;
  const codings = (field(parsed.fields, "content-encoding") ?? "").toLowerCase().split(",").map((one) => one.trim());
  for (const coding of codings.reverse().filter((one) => one && one !== "identity")) {
    const format = { gzip: "gzip", "x-gzip": "gzip", deflate: "deflate", br: "brotli", zstd: "zstd" }[coding];
    try {
      bytes = await decompressed(bytes, format, parsed.isWhole);
    } catch {
      return { bytes, problem: `The body is in ${coding}, which this browser could not take off${parsed.isWhole ? "" : " from the part that was kept"}.` };
    }
  }
  return { bytes, problem: null };
}

async function decompressed(bytes, format, isWhole) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let size = 0;
  while (size < maxDecoded) {
    try {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      size += value.length;
    } catch (error) {
      // What was cut off has no end: its beginning is better than nothing.
      if (isWhole || size === 0) throw error;
      break;
    }
  }
  reader.cancel().catch(() => {});
  return new Uint8Array(await new Blob(parts).arrayBuffer()).subarray(0, maxDecoded);
}

/** Text where bytes are text; null where they are not. A letter that was cut at the end is no reason against it. */
export function text(bytes, isWhole = true) {
  if (bytes.subarray(0, 4096).includes(0)) return null;
  for (let cut = 0; cut <= (isWhole ? 0 : 3); cut += 1) {
    try {
      return strictUTF8.decode(bytes.subarray(0, bytes.length - cut));
    } catch {
      // One byte less, if it may be.
    }
  }
  return null;
}

/** `application/json` and the rest of a content type. */
export function mediaType(fields) {
  const [type, ...parameters] = (field(fields, "content-type") ?? "").split(";").map((part) => part.trim());
  const boundary = parameters.map((one) => /^boundary="?([^"]+)"?$/i.exec(one)?.[1]).find(Boolean);
  return { type: type.toLowerCase(), boundary };
}

/** The parameters of a path's query, in order. */
export function query(target) {
  const start = target.indexOf("?");
  return start < 0 ? [] : [...new URLSearchParams(target.slice(start + 1))];
}
