"""What is hard to use about a page, found in the page itself: contrast, names, labels, order, sizes (WCAG 2.2 AA)."""

CHECKS = r"""
(() => {
  const found = [];
  const say = (rule, element, detail) => found.push(`${rule}: ${element ? element.outerHTML.slice(0, 120).replace(/\s+/g, " ") : ""} ${detail ?? ""}`);
  const isShown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !element.closest(".vh, .skip");
  const all = (selector) => [...document.querySelectorAll(selector)].filter(isShown);

  // Contrast, from what the browser has computed (1.4.3).
  const parse = (text) => {
    const numbers = text.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
    if (text.startsWith("color(srgb")) return [numbers[0] * 255, numbers[1] * 255, numbers[2] * 255, numbers[3] ?? 1];
    return [numbers[0], numbers[1], numbers[2], numbers[3] ?? 1];
  };
  const over = (top, below) => top.slice(0, 3).map((one, index) => one * top[3] + below[index] * (1 - top[3])).concat(1);
  const ground = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, two) => {
    const [high, low] = [luminance(one), luminance(two)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (words.nextNode()) {
    const element = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || seen.has(element) || !isShown(element)) continue;
    seen.add(element);
    // What is typed into the editor is drawn below it.
    if (element.closest("[disabled], [aria-hidden=true]:not(#under), script, style, noscript, option, .drawn > textarea")) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const below = ground(element);
    const value = ratio(over(parse(style.color), below), below);
    if (value < (isLarge ? 3 : 4.5) - 0.005) say("contrast", element, value.toFixed(2));
  }
  // What is typed into has a boundary that can be seen (1.4.11).
  for (const field of all("input:not([type=hidden], [type=checkbox], [type=search]), select, textarea:not(#draft)")) {
    const value = ratio(parse(getComputedStyle(field).borderTopColor), ground(field.parentElement));
    if (value < 2.995) say("boundary", field, value.toFixed(2));
  }
  // Labels, names and descriptions (1.3.1, 4.1.2).
  for (const field of all("input:not([type=hidden]), select, textarea")) {
    const label = field.labels?.[0]?.textContent.trim() || field.getAttribute("aria-label") || field.getAttribute("aria-labelledby");
    if (!label) say("label", field);
  }
  for (const one of all("a[href], button, summary")) {
    if (!(one.textContent.trim() || one.getAttribute("aria-label") || one.querySelector("img[alt]:not([alt=''])"))) say("name", one);
  }
  for (const one of document.querySelectorAll("[aria-describedby], [aria-labelledby], [aria-controls]")) {
    for (const name of ["aria-describedby", "aria-labelledby", "aria-controls"]) {
      for (const id of one.getAttribute(name)?.split(/\s+/) ?? []) if (!document.getElementById(id)) say(name, one, id);
    }
  }
  for (const image of document.querySelectorAll("img:not([alt]), svg:not([aria-hidden], [role])")) say("alternative", image);
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index))) say("identifier", null, id);
  // Structure and order (1.3.1, 2.4.2, 2.4.3, 3.1.1).
  if (!document.documentElement.lang) say("language");
  if (!document.title.trim()) say("title");
  if (document.querySelectorAll("main").length !== 1) say("main");
  if (document.querySelectorAll("h1").length !== 1) say("h1", null, document.querySelectorAll("h1").length);
  let level = 0;
  for (const head of document.querySelectorAll("main :is(h1, h2, h3, h4)")) {
    const now = Number(head.tagName[1]);
    if (level && now > level + 1) say("heading order", head);
    level = now;
  }
  for (const one of document.querySelectorAll("[tabindex]")) if (one.tabIndex > 0) say("tab order", one);
  for (const head of document.querySelectorAll("th:not([scope])")) say("table head", head);
  for (const table of document.querySelectorAll("table:not(:has(caption))")) say("caption", table);
  // What is pressed is large enough, or stands in text (2.5.8).
  for (const one of all("button, .btn, input[type=checkbox], .nav a, .seg a, select")) {
    const box = (one.type === "checkbox" ? one.closest("label") ?? one : one).getBoundingClientRect();
    if (box.width < 23.5 || box.height < 23.5) say("target size", one, `${box.width.toFixed(0)} x ${box.height.toFixed(0)}`);
  }
  return found;
})()
"""


async def check(page):
    """What was found; nothing where all is well. The names are those that a screen reader would tell."""
    found = await page.value(CHECKS) or []
    await page.send("Accessibility.enable")
    tree = (await page.send("Accessibility.getFullAXTree"))["nodes"]
    await page.send("Accessibility.disable")
    for node in tree:
        is_focusable = any(one["name"] == "focusable" and one["value"].get("value") for one in node.get("properties", []))
        role = node.get("role", {}).get("value")
        if is_focusable and not node.get("ignored") and role not in ("RootWebArea", "generic", "main", "Pre", "list") \
                and not node.get("name", {}).get("value"):
            found.append(f"no name for a screen reader: {role}")
    return found
