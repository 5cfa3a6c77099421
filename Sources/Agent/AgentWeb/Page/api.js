// The agent beside the page.

/** What the agent refuses, in its words. */
export class Refusal extends Error {}

async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refusal("The agent does not answer. It may have been stopped.");
  }
  if (answer.status === 204) return null;
  const value = await answer.json().catch(() => null);
  if (!answer.ok) {
    const detail = value?.details?.err;
    const text = value?.msg ?? `The agent answered ${answer.status}.`;
    throw new Refusal(detail && detail !== "not found" ? `${text} (${detail})` : text);
  }
  return value;
}

export const newest = async (limit) => (await call("GET", `/api/inspector/exchanges?limit=${limit}`)).exchanges;
export const exchange = (id) => call("GET", `/api/inspector/exchanges/${encodeURIComponent(id)}`);
export const clear = () => call("DELETE", "/api/requests/http");
export const replay = (id, request) => call("POST", "/api/inspector/replays", request ? { id, request } : { id });

/**
 * What happens from now on. `listeners` has `open`, `lost`, `status`, `exchange` and `cleared`, each of which may be
 * missing. A connection that is lost is made again, for ever.
 */
export function follow(listeners) {
  const source = new EventSource("/api/inspector/feed");
  const end = () => source.close();
  source.addEventListener("open", () => listeners.open?.());
  source.addEventListener("error", () => {
    listeners.lost?.();
    // The browser tries again by itself, but not where it was refused: where too many pages are open.
    if (source.readyState !== EventSource.CLOSED) return;
    removeEventListener("pagehide", end);
    setTimeout(() => follow(listeners), 3000);
  });
  for (const name of ["status", "exchange", "cleared"]) {
    source.addEventListener(name, (event) => listeners[name]?.(JSON.parse(event.data)));
  }
  addEventListener("pagehide", end);
}

// A page that comes back from memory has no feed any more.
addEventListener("pageshow", (event) => event.persisted && location.reload());
