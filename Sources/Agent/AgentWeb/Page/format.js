// Numbers and times as people read them.

const thin = "\u2009";

/** 3 871 */
export function count(number) {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, thin);
}

/** Nanoseconds: 412 us, 3.1 ms, 1.24 s. */
export function duration(nanoseconds) {
  if (nanoseconds === null || nanoseconds === undefined) return "-";
  const ms = nanoseconds / 1e6;
  if (ms < 1) return `${(ms * 1000).toFixed(0)}${thin}µs`;
  if (ms < 10) return `${ms.toFixed(1)}${thin}ms`;
  if (ms < 1000) return `${ms.toFixed(0)}${thin}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)}${thin}s`;
  return `${Math.floor(ms / 60_000)}${thin}min ${Math.round(ms / 1000) % 60}${thin}s`;
}

export function size(bytes) {
  if (bytes === null || bytes === undefined) return "-";
  if (bytes < 1000) return `${bytes}${thin}B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)}${thin}kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)}${thin}MB`;
  return `${(bytes / 1e9).toFixed(1)}${thin}GB`;
}

export function rate(perSecond) {
  return perSecond >= 100 ? count(perSecond) : perSecond.toFixed(2);
}

function two(number, digits = 2) {
  return String(number).padStart(digits, "0");
}

/** 18:04:31 */
export function clock(milliseconds, withFraction = false) {
  const time = new Date(milliseconds);
  const text = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return withFraction ? `${text}.${two(time.getMilliseconds(), 3)}` : text;
}

export function date(milliseconds) {
  return new Date(milliseconds).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
}

export function exact(milliseconds) {
  return new Date(milliseconds).toISOString();
}

/** The class of a status: its shape and colour. Nothing came back: that is bad too. */
export function statusClass(status) {
  if (!status) return "bad";
  if (status < 400) return "ok";
  return status < 500 ? "warn" : "bad";
}
