// Keeps the live parts of a page as they are now: a stream says that something has changed, and the page asks for itself.

let isAsking = false;
let isStale = false;

/** Puts what the server shows now in the place of each part that is live, unless somebody is at work in it. */
async function renew() {
  if (isAsking) {
    isStale = true;
    return;
  }
  isAsking = true;
  try {
    do {
      isStale = false;
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "error" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) replace(part, page.getElementById(part.id));
    } while (isStale);
  } catch {
    // The edge is away, or the session has ended: the stream begins anew, or the next page says so.
  } finally {
    isAsking = false;
  }
}

function replace(part, now) {
  if (!now || part.isEqualNode(now)) return;
  const isBusy = part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
  if (isBusy || !getSelection().isCollapsed && part.contains(getSelection().anchorNode)) {
    part.dataset.stale = "";
    return;
  }
  const opened = [...part.querySelectorAll("details")].map((one) => one.open);
  const focus = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const before = new Set([...part.querySelectorAll("tbody tr a")].map((one) => one.getAttribute("href")));
  const fresh = document.adoptNode(now);
  part.replaceWith(fresh);
  fresh.querySelectorAll("details").forEach((one, index) => { one.open = opened[index] ?? false; });
  if (focus) fresh.querySelector(`a[href="${CSS.escape(focus)}"]`)?.focus();
  for (const row of fresh.querySelectorAll("tbody tr")) {
    const link = row.querySelector("a");
    if (link && !before.has(link.getAttribute("href"))) row.classList.add("row-changed");
  }
}

export function follow(topic) {
  let stream = null;
  const open = () => {
    if (stream || document.hidden) return;
    stream = new EventSource(`/live/${topic}`);
    let isFirst = true;
    stream.addEventListener("open", () => {
      // What changed while nobody listened is asked for.
      if (!isFirst) renew();
      isFirst = false;
    });
    stream.addEventListener("change", renew);
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      stream?.close();
      stream = null;
    } else {
      open();
      renew();
    }
  });
  addEventListener("pagehide", () => stream?.close());
  open();
}
