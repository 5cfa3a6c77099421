// Exchanges as an HTTP Archive (HAR 1.2), which browsers and other tools read.

import { base64Of, decodedBody, field, message, query, text as textOf } from "./message.js";
import { maskField, maskTarget, maskText } from "./secrets.js";

/** @param bases URLs by the names of endpoints. */
export async function archive(exchanges, bases, version, showsSecrets) {
  const entries = [];
  for (const one of exchanges) entries.push(await entry(one, bases.get(one.tunnel_name), showsSecrets));
  return JSON.stringify({
    log: {
      version: "1.2", creator: { name: "Portico", version }, entries,
      comment: showsSecrets ? "With secrets." : "Secrets are masked.",
    },
  }, null, 2);
}

async function entry(exchange, base, showsSecrets) {
  const request = message(exchange.request.raw, exchange.kept);
  const response = exchange.response ? message(exchange.response.raw, exchange.response_kept) : null;
  const host = field(request.fields, "host") ?? "unknown";
  const target = showsSecrets ? request.start[1] : maskTarget(request.start[1]);
  const total = exchange.duration / 1e6;
  const wait = exchange.answered_after === undefined ? total : exchange.answered_after / 1e6;
  const result = {
    startedDateTime: new Date(exchange.summary.start).toISOString(),
    time: total,
    request: {
      method: request.start[0], url: (base ?? `http://${host}`).replace(/\/$/, "") + target, httpVersion: request.start[2],
      cookies: cookies(request.fields, showsSecrets), headers: headers(request.fields, showsSecrets),
      queryString: query(target).map(([name, value]) => ({ name, value })),
      headersSize: request.head, bodySize: Math.max(0, request.wire - request.head),
    },
    response: response ? await answer(response, showsSecrets) : {
      status: 0, statusText: "", httpVersion: "", cookies: [], headers: [], content: { size: 0, mimeType: "x-unknown" },
      redirectURL: "", headersSize: -1, bodySize: -1, comment: "Nothing came back.",
    },
    cache: {},
    timings: { send: 0, wait, receive: Math.max(0, total - wait) },
    _id: exchange.id, _endpoint: exchange.tunnel_name, _visitor: exchange.remote_addr,
  };
  if (request.body.length) {
    const type = field(request.fields, "content-type") ?? "application/octet-stream";
    const text = textOf(request.body, request.isWhole);
    // HAR has text alone here; bytes are said to be base64, as browsers do.
    result.request.postData = text === null
      ? { mimeType: type, text: showsSecrets ? base64Of(request.body) : "", comment: showsSecrets ? "base64" : "Bytes are left out where secrets are masked." }
      : { mimeType: type, text: showsSecrets ? text : maskText(text, /form-urlencoded/.test(type)) };
  }
  return result;
}

async function answer(response, showsSecrets) {
  const { bytes, problem } = await decodedBody(response);
  const type = field(response.fields, "content-type") ?? "";
  const text = problem ? null : textOf(bytes, response.isWhole);
  const content = { size: bytes.length, mimeType: type || "x-unknown" };
  if (text !== null) content.text = showsSecrets ? text : maskText(text);
  else Object.assign(content, showsSecrets || type.startsWith("image/") ? { text: base64Of(bytes), encoding: "base64" } : {});
  if (!response.isWhole) content.comment = "The beginning; more was not kept.";
  return {
    status: Number(response.start[1]), statusText: response.start[2], httpVersion: response.start[0],
    cookies: [], headers: headers(response.fields, showsSecrets), content,
    redirectURL: field(response.fields, "location") ?? "", headersSize: response.head,
    bodySize: Math.max(0, response.wire - response.head),
  };
}

const headers = (fields, showsSecrets) =>
  fields.map(([name, value]) => ({ name, value: showsSecrets ? value : maskField(name, value) }));

function cookies(fields, showsSecrets) {
  const all = field(fields, "cookie");
  if (!all) return [];
  return (showsSecrets ? all : maskField("cookie", all)).split(";").map((one) => {
    const [name, ...value] = one.trim().split("=");
    return { name, value: value.join("=") };
  });
}
