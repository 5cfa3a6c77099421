// What both pages share: the head with the session's state, messages, and keys.

import { button, el, fill } from "./dom.js";
import { duration } from "./format.js";

const place = (id) => document.getElementById(id);

/** A message for the reader, for six seconds; one about something wrong stays until it is closed. */
export function say(text, { isError = false, action = null } = {}) {
  const toast = el("div", { class: `toast${isError ? " wrong" : ""}`, role: isError ? "alert" : "status" },
    el("span", { class: isError ? "st bad grow wrap" : "grow" }, text),
    action && button(action[0], () => {
      toast.remove();
      action[1]();
    }, { class: "btn tiny" }),
    button("Close", () => toast.remove(), { class: "btn tiny bare" }));
  const toasts = place("toasts");
  // What was said before is over; what went wrong stays, up to three.
  for (const old of toasts.querySelectorAll(".toast:not(.wrong)")) old.remove();
  while (toasts.childElementCount > 2) toasts.firstChild.remove();
  toasts.append(toast);
  if (isError) return;
  let timer = setTimeout(() => toast.remove(), 6000);
  const hold = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), 6000);
  };
  for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, hold);
  for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, release);
}

const words = { online: "Online", connecting: "Connecting", reconnecting: "Reconnecting", closed: "Closed" };
const classes = { online: "ok", stalled: "warn", connecting: "busy", reconnecting: "warn", closed: "bad" };

/** How the session stands, in a word. */
export function wordOf({ session, endpoints }) {
  if (session.status === "stalled") return endpoints.every((one) => one.stall) ? "No data flows" : "Partly online";
  return words[session.status] ?? session.status;
}

/** Shows how the agent stands; null where the agent itself does not answer. */
export function showSession(status) {
  const session = status?.session;
  const pill = place("session");
  const word = session ? wordOf(status) : "Agent stopped";
  if (pill.dataset.word !== word) {
    pill.dataset.word = word;
    pill.className = `st pill ${session ? classes[session.status] ?? "idle" : "bad"}`;
    fill(pill, word);
  }
  place("latency").textContent = session?.latency ? `${duration(session.latency)}${session.region ? `, ${session.region}` : ""}` : "";
  pill.title = session?.error ? [session.error, session.code].filter(Boolean).join(" ") : "";
}

/** Keys of a page: what each does, and the dialog that lists them. */
export class Keys {
  #all = new Map([["?", ["All keys", () => this.show()]]]);
  #before = null;
  #dialog = el("dialog", { class: "box", id: "keys-list", "aria-labelledby": "keys-title" });

  /** @param table [key, what it does, action]; an action that is null is only listed. */
  constructor(table) {
    for (const [key, text, action] of table) this.#all.set(key, [text, action]);
    for (const [key, page] of [["i", "/inspect/http"], ["s", "/status"]]) {
      this.#all.set(`g ${key}`, [key === "i" ? "Go to Inspect" : "Go to Status", () => location.assign(page)]);
    }
    document.body.append(this.#dialog);
    place("keys").addEventListener("click", () => this.show());
    addEventListener("keydown", (event) => this.#pressed(event));
  }

  show() {
    fill(this.#dialog,
      el("h2", { id: "keys-title" }, "Keys"),
      el("dl", { class: "keys" }, [...this.#all].map(([key, [text]]) =>
        el("div", {}, el("dt", {}, key.split(" ").map((one) => el("kbd", {}, one))), el("dd", {}, text)))),
      el("p", { class: "muted" }, "Single keys rest while you write. Everything works with Tab, Enter and arrows, too."),
      el("form", { method: "dialog", class: "row" }, el("button", { class: "btn" }, "Close")));
    this.#dialog.showModal();
  }

  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const isWriting = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    if (document.querySelector("dialog[open]") || (isWriting && event.key !== "Escape")) return;
    const key = { " ": "space", Escape: "Esc", Enter: "Enter" }[event.key] ?? event.key;
    // Space and Enter belong to what has the focus.
    if (["space", "Enter"].includes(key) && event.target instanceof Element && event.target.closest("a, button, summary, [tabindex='0']")) return;
    const chord = this.#before === "g" ? `g ${key}` : key;
    this.#before = key === "g" ? "g" : null;
    const action = this.#all.get(chord)?.[1];
    if (!action) return;
    event.preventDefault();
    action(event);
  }
}
