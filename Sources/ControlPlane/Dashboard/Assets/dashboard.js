// What every page has: copying, messages, keys; and the modules that only some pages need.

import { Keys } from "./keys.js";
import { follow } from "./live.js";

/** A message for the reader, for six seconds; it stays under the pointer and while it has the focus. */
export function say(text) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.setAttribute("role", "status");
  toast.textContent = text;
  document.getElementById("toasts").replaceChildren(toast);
  let timer = setTimeout(() => toast.remove(), 6000);
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", () => { timer = setTimeout(() => toast.remove(), 6000); });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without the permission there is no clipboard; the text can be selected still.
    return false;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  say(await copy(button.dataset.copy) ? "Copied." : "The browser does not let pages copy: select the text and copy it.");
});

// What was said of something that was done is not said again when the page is loaded again.
const address = new URL(location.href);
if (address.searchParams.has("done")) {
  address.searchParams.delete("done");
  history.replaceState(null, "", address);
}

// Lines that somebody may want in a field: a button puts its own there, or takes it away.
for (const group of document.querySelectorAll("[data-fills]")) {
  const field = document.getElementById(group.dataset.fills);
  const lines = () => field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const show = () => group.querySelectorAll("[data-line]").forEach((button) => button.setAttribute("aria-pressed", lines().includes(button.dataset.line)));
  group.addEventListener("click", (event) => {
    const line = event.target.closest("[data-line]")?.dataset.line;
    if (!line) return;
    const now = lines();
    field.value = (now.includes(line) ? now.filter((one) => one !== line) : [...now, line]).join("\n");
    show();
  });
  field.addEventListener("input", show);
  group.hidden = false;
  show();
}

new Keys();
if (document.body.dataset.topic) follow(document.body.dataset.topic);
if (document.getElementById("policy")) import("./policy.js").then((module) => module.start());
