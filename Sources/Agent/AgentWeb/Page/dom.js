// Elements without markup: what was captured comes from strangers, so that text is only ever text.

/**
 * An element. `attributes` are set as they are; `on` holds listeners by event, `data` the dataset. Children are
 * elements, text, or lists of both; null and false are left out.
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith("aria-")) {
      // There false is a word of its own, and not the lack of one.
      element.setAttribute(name, String(value));
    } else if (value === false) {
      continue;
    } else if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "data") {
      Object.assign(element.dataset, value);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...flat(children));
  return element;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** A shape of a drawing. */
export function shape(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** Replaces what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren(...flat(children));
}

export function button(text, action, attributes = {}) {
  return el("button", { type: "button", class: "btn", on: { click: action }, ...attributes }, text);
}

/** Names and values; values are text or elements, and one that is null is left out with its name. */
export function facts(className, pairs) {
  return el("dl", { class: className },
    pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

/** One choice of a few, as a row of buttons. */
export function choice(label, options, chosen, choose) {
  return el("div", { class: "seg", role: "group", "aria-label": label },
    options.map(([value, text]) => el("button", {
      type: "button", "aria-pressed": value === chosen, on: { click: () => choose(value) },
    }, text)));
}

/** Puts text on the clipboard, and says so where it can. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without a secure context or the permission there is no clipboard; the old way is asked then.
    const area = el("textarea", { class: "vh", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** Offers bytes as a file. */
export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
