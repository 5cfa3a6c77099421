// Single keys, and the dialog that lists them.

const pages = { o: ["Overview", "/"], e: ["Endpoints", "/endpoints"], a: ["Agents", "/agents"], u: ["Audit log", "/audit"], m: ["Members", "/members"] };

export class Keys {
  #before = null;
  #dialog = null;
  #all = new Map([
    ["/", ["Search everything", () => document.getElementById("jump")?.focus()]],
    ["f", ["The filter of this page", () => document.getElementById("filter")?.focus()]],
    ["n", ["New, on this page", () => document.querySelector("a[data-new]")?.click()]],
    ["j", ["Next row", () => this.#step(1)]],
    ["k", ["Previous row", () => this.#step(-1)]],
    ["?", ["All keys", () => this.#show()]],
  ]);

  constructor() {
    for (const [key, [name, path]] of Object.entries(pages)) this.#all.set(`g ${key}`, [`Go to ${name}`, () => location.assign(path)]);
    document.getElementById("keys")?.addEventListener("click", () => this.#show());
    addEventListener("keydown", (event) => this.#pressed(event));
  }

  #step(by) {
    const links = [...document.querySelectorAll("tbody td.main a")];
    const index = links.indexOf(document.activeElement);
    links[index < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(index + by, 0), links.length - 1)]?.focus();
  }

  #show() {
    if (!this.#dialog) {
      this.#dialog = document.createElement("dialog");
      this.#dialog.className = "box";
      this.#dialog.setAttribute("aria-labelledby", "keys-title");
      const title = Object.assign(document.createElement("h2"), { id: "keys-title", textContent: "Keys" });
      const list = Object.assign(document.createElement("dl"), { className: "keys" });
      for (const [key, [text]] of this.#all) {
        const name = document.createElement("dt");
        for (const one of key.split(" ")) name.append(Object.assign(document.createElement("kbd"), { textContent: one }), " ");
        const group = document.createElement("div");
        group.append(name, Object.assign(document.createElement("dd"), { textContent: text }));
        list.append(group);
      }
      const form = Object.assign(document.createElement("form"), { method: "dialog", className: "row" });
      form.append(Object.assign(document.createElement("button"), { className: "btn", textContent: "Close" }));
      this.#dialog.append(title, list, form);
      document.body.append(this.#dialog);
    }
    this.#dialog.showModal();
  }

  #pressed(event) {
    if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const isWriting = event.target instanceof Element && event.target.closest("input, textarea, select");
    if (document.querySelector("dialog[open]") || isWriting) {
      if (event.key === "Escape" && isWriting) event.target.blur();
      return;
    }
    const chord = this.#before === "g" ? `g ${event.key}` : event.key;
    this.#before = event.key === "g" ? "g" : null;
    const action = this.#all.get(chord)?.[1];
    if (!action) return;
    event.preventDefault();
    action();
  }
}
