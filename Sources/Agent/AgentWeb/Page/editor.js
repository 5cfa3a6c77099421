// A dialog in which a request is changed and sent again.

import * as api from "./api.js";
import { el, fill } from "./dom.js";
import { size } from "./format.js";
import { base64Of, field, text as textOf } from "./message.js";
import { isSecretField, mask, maskField, maskTarget, maskText, unmasked } from "./secrets.js";

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
/** What the agent writes itself. */
const framing = new Set(["content-length", "transfer-encoding"]);

/** @param sent is called with what came of it. */
export function edit(id, parsed, showsSecrets, sent) {
  const fields = parsed.fields.filter(([name]) => !framing.has(name.toLowerCase()));
  const shown = fields.map(([name, value]) => [name, showsSecrets ? value : maskField(name, value)]);
  const text = field(parsed.fields, "content-encoding") ? null : textOf(parsed.body, parsed.isWhole);

  const method = el("input", { class: "field-in mono", id: "edit-method", list: "edit-methods", value: parsed.start[0], required: true, autocomplete: "off", spellcheck: "false", maxlength: 32 });
  const target = el("input", { class: "field-in mono", id: "edit-target", value: showsSecrets ? parsed.start[1] : maskTarget(parsed.start[1]), required: true, autocomplete: "off", spellcheck: "false" });
  const headers = el("textarea", { class: "field-in mono", id: "edit-headers", rows: Math.min(12, Math.max(5, shown.length)), spellcheck: "false", autocomplete: "off", "aria-describedby": "edit-headers-hint" });
  headers.value = shown.map(([name, value]) => `${name}: ${value}`).join("\n");
  const body = el("textarea", { class: "field-in mono", id: "edit-body", rows: 8, spellcheck: "false", autocomplete: "off", "aria-describedby": "edit-body-hint" });
  const isForm = /form-urlencoded/i.test(field(parsed.fields, "content-type") ?? "");
  body.value = text === null ? "" : showsSecrets ? text : maskText(text, isForm);
  const problem = el("p", { class: "st bad wrap", role: "alert", hidden: true });
  const send = el("button", { class: "btn main", type: "submit" }, "Send request ", el("kbd", {}, "Ctrl ↵"));
  const form = el("form", { class: "form" },
    el("h2", { id: "edit-title" }, "Edit and replay"),
    el("div", { class: "cols narrow" },
      el("div", { class: "f" }, el("label", { for: "edit-method" }, "Method"), method, el("datalist", { id: "edit-methods" }, methods.map((one) => el("option", { value: one })))),
      el("div", { class: "f" }, el("label", { for: "edit-target" }, "Path and query"), target)),
    el("div", { class: "f" }, el("label", { for: "edit-headers" }, "Headers"), headers,
      el("p", { class: "hint", id: "edit-headers-hint" }, showsSecrets ? "One a line. The length of the body is counted for you."
        : `One a line. What ${mask} hides, here and elsewhere, is sent as it was; write over it to change it.`)),
    el("div", { class: "f" }, el("label", { for: "edit-body" }, "Body"), body,
      el("p", { class: "hint", id: "edit-body-hint" }, bodyHint(parsed, text))),
    problem,
    el("div", { class: "row end" }, el("button", { class: "btn", type: "button", id: "edit-cancel" }, "Cancel"), send));
  const dialog = el("dialog", { class: "drawer", "aria-labelledby": "edit-title" }, form);

  form.querySelector("#edit-cancel").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    send.disabled = true;
    try {
      const written = showsSecrets || text === null ? body.value : unmasked(body.value, text, isForm);
      const bytes = text === null && body.value === "" ? parsed.body : new TextEncoder().encode(written);
      const result = await api.replay(id, {
        method: method.value.trim(), target: showsSecrets ? target.value.trim() : unmasked(target.value.trim(), parsed.start[1], true),
        headers: readHeaders(headers.value, fields, shown), body: base64Of(bytes),
      });
      dialog.close();
      sent(result);
    } catch (error) {
      fill(problem, error.message);
      problem.hidden = false;
    } finally {
      send.disabled = false;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  target.focus();
}

function bodyHint(parsed, text) {
  if (!parsed.isWhole) return "Only the beginning of the body was kept; what you send is what stands here.";
  if (text === null) return `${size(parsed.body.length)} that are no text are sent as they were, unless you write something here.`;
  return "Sent as UTF-8.";
}

/** The lines as pairs; a masked value that nobody touched is put back. */
function readHeaders(lines, fields, shown) {
  const left = shown.map(([name, value], index) => ({ name: name.toLowerCase(), value, own: fields[index][1] }));
  return lines.split("\n").filter((line) => line.trim()).map((line, index) => {
    const colon = line.indexOf(":");
    if (colon < 1) throw new api.Refusal(`Line ${index + 1} of the headers has no colon: “${line.trim().slice(0, 60)}”.`);
    const name = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    if (!value.includes(mask)) return [name, value];
    const at = left.findIndex((one) => one.name === name.toLowerCase() && one.value === value);
    if (at < 0) throw new api.Refusal(`The value of ${name} is masked and was changed in part; write it whole${isSecretField(name) ? "" : ", or leave it"}.`);
    return [name, left.splice(at, 1)[0].own];
  });
}
