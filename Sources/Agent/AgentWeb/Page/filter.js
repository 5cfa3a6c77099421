// The language of the filter: `status:5xx path:/v1/ -method:GET duration:>100ms header.accept:json words`.

const numbers = /^(>=|<=|>|<|=)?(\d+(?:\.\d+)?)([a-zµ]*)$/i;
const times = { "": 1e6, us: 1e3, "µs": 1e3, ms: 1e6, s: 1e9, m: 6e10 };
const sizes = { "": 1, b: 1, kb: 1e3, k: 1e3, mb: 1e6, m: 1e6 };

/** What each key looks at. Other spellings of the reference system mean the same. */
const keys = {
  method: (value) => oneOf(value, (item, wish) => item.method.toLowerCase() === wish),
  path: (value) => (item) => like(item.target, value),
  endpoint: (value) => (item) => like(item.endpoint, value),
  visitor: (value) => (item) => like(item.visitor, value),
  status: (value) => oneOf(value, statusIs),
  type: (value) => (item) => like(header(item.response, "content-type") ?? "", value),
  duration: (value) => compared(value, times, (item) => item.duration),
  size: (value) => compared(value, sizes, (item) => item.response?.size ?? 0),
  is: (value) => ({
    replay: (item) => Boolean(item.replay_of),
    error: (item) => !item.status || item.status >= 500,
  })[value] ?? fail("is: knows replay and error"),
};
const spellings = { statuscode: "status", responsesize: "size", ip: "visitor", time: "duration" };

export const help = "status:5xx  method:POST  path:/v1/  duration:>100ms  size:>1kb  type:json  endpoint:web  visitor:203.0.113.7  header.accept:json  is:replay  is:error  -status:200";

/** @returns {{matches: (item) => boolean, problem: string|null}} */
export function parse(text) {
  const tests = [];
  try {
    for (const [word] of text.matchAll(/(?:[^\s"]|"[^"]*"?)+/g)) tests.push(test(word.replaceAll('"', "")));
  } catch (error) {
    return { matches: () => true, problem: error.message };
  }
  return { matches: (item) => tests.every((one) => one(item)), problem: null };
}

function test(word) {
  if (word.startsWith("-") && word.length > 1) {
    const inner = test(word.slice(1));
    return (item) => !inner(item);
  }
  const [, name, value] = /^([A-Za-z]+(?:\.[A-Za-z0-9_-]+)?):(.*)$/s.exec(word) ?? [];
  if (name === undefined) return (item) => like(`${item.method} ${item.target}`, word);
  const key = name.toLowerCase();
  if (/^headers?\./.test(key)) {
    const wanted = key.slice(key.indexOf(".") + 1);
    return (item) => [item.request, item.response].some((side) => {
      const found = header(side, wanted);
      return found !== null && like(found, value);
    });
  }
  const make = keys[spellings[key] ?? key];
  if (!make) fail(`There is no ${name}: in filters. Known are ${Object.keys(keys).join(", ")} and header.NAME.`);
  return make(value.toLowerCase());
}

function fail(text) {
  throw new Error(text);
}

function header(side, name) {
  const values = (side?.headers ?? []).filter(([other]) => other === name).map(([, value]) => value);
  return values.length ? values.join(", ") : null;
}

/** Whether a text has the wish in it; `*` stands for anything. */
function like(text, wish) {
  let at = 0;
  const lower = text.toLowerCase();
  for (const piece of wish.toLowerCase().split("*")) {
    const found = lower.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return true;
}

function oneOf(value, matches) {
  const wishes = value.split(",").filter(Boolean);
  return (item) => wishes.length === 0 || wishes.some((wish) => matches(item, wish));
}

function statusIs(item, wish) {
  const status = item.status ?? 0;
  if (/^[1-5]xx$/.test(wish)) return Math.floor(status / 100) === Number(wish[0]);
  if (wish === "none") return status === 0;
  return compared(wish, { "": 1 }, () => status)(item);
}

function compared(value, units, of) {
  const [, sign = "=", number, unit] = numbers.exec(value) ?? fail(`“${value}” is no number to compare with, as >100 is.`);
  const factor = units[unit.toLowerCase()] ?? fail(`“${unit}” is no unit here. Known are ${Object.keys(units).filter(Boolean).join(", ")}.`);
  const limit = Number(number) * factor;
  return (item) => {
    const own = of(item);
    switch (sign) {
      case ">": return own > limit;
      case "<": return own < limit;
      case ">=": return own >= limit;
      case "<=": return own <= limit;
      default: return own === limit;
    }
  };
}
