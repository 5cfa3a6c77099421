// A request as a command line.

import { text as textOf } from "./message.js";
import { maskField, maskTarget, maskText } from "./secrets.js";

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** For a POSIX shell. What curl says by itself is left out; secrets are masked unless they are shown. */
export function curl(base, parsed, showsSecrets) {
  const [method, target] = parsed.start;
  const address = base.replace(/\/$/, "") + (showsSecrets ? target : maskTarget(target));
  const words = ["curl", quoted(address)];
  // To curl these are sets of addresses.
  if (/[[\]{}]/.test(address)) words.push("--globoff");
  if (method !== (parsed.body.length ? "POST" : "GET")) words.push("-X", quoted(method));
  const own = new Set(["host", "content-length", "transfer-encoding", "connection", "accept-encoding"]);
  const lines = [words.join(" ")];
  for (const [name, value] of parsed.fields) {
    const lower = name.toLowerCase();
    // One whose name is none could be the name of a file to curl.
    if (own.has(lower) || lower.startsWith("x-forwarded-") || !/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) continue;
    lines.push(`-H ${quoted(`${name}: ${showsSecrets ? value : maskField(name, value)}`)}`);
  }
  if (parsed.fields.some(([name]) => name.toLowerCase() === "accept-encoding")) lines.push("--compressed");
  if (parsed.body.length) {
    const text = textOf(parsed.body);
    if (text === null) lines.push("--data-binary @body.bin");
    // Raw: what a stranger has sent may begin with @, which would be the name of a file of whoever runs this.
    else lines.push(`--data-raw ${quoted(showsSecrets ? text : maskText(text, /form-urlencoded/.test(lines.join(" "))))}`);
  }
  return lines.join(" \\\n  ");
}
