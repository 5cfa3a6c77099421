// What is not shown until somebody asks for it: values that would let a reader act for somebody else.

export const mask = "••••••";

const fields = new Set([
  "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "apikey", "x-auth-token",
  "x-access-token", "x-csrf-token", "x-xsrf-token", "x-amz-security-token", "x-hub-signature", "x-hub-signature-256",
  "stripe-signature", "x-slack-signature", "x-gitlab-token",
]);
const keys = /^(?:.*[_-])?(?:password|passwd|pwd|secret|token|api_?-?key|apikey|authtoken|access_?token|refresh_?token|id_?token|client_?secret|private_?key|credential|signature|sig)$/i;

export const isSecretKey = (key) => keys.test(key);
export const isSecretField = (name) => fields.has(name.toLowerCase()) || isSecretKey(name);

// Each finds a name in its second group, and the value in its fourth.
const formPairs = /(^|[?&])([^=&?]{1,64})(=)([^&]*)/g;
const members = /(")([^"\\\n]{1,64})("\s*:\s*)("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)/g;

/** The value of a header, with its secret part masked; names of cookies and of schemes stay. */
export function maskField(name, value) {
  switch (name.toLowerCase()) {
    case "cookie":
      return value.split(";").map((part) => part.replace(/=.*/s, `=${mask}`)).join(";");
    case "location":
    case "referer":
      return maskTarget(value);
    case "set-cookie":
      return value.replace(/=[^;]*/, `=${mask}`);
    case "authorization":
    case "proxy-authorization": {
      const scheme = /^[A-Za-z][A-Za-z0-9_-]* /.exec(value);
      return (scheme ? scheme[0] : "") + mask;
    }
    default:
      return isSecretField(name) ? mask : value;
  }
}

/** A path with its query, the secret parts of which are masked. */
export function maskTarget(target) {
  const start = target.indexOf("?");
  return start < 0 ? target : target.slice(0, start + 1) + maskPairs(target.slice(start + 1));
}

/** `a=b&c=d`. */
export function maskPairs(text) {
  return text.split("&").map((pair) => {
    const end = pair.indexOf("=");
    return end > 0 && isSecretKey(decoded(pair.slice(0, end))) ? `${pair.slice(0, end)}=${mask}` : pair;
  }).join("&");
}

/** Text of a body: members of JSON, parts of a form, and forms, as far as they can be told without reading them. */
export function maskText(text, isForm = false) {
  if (isForm) return maskPairs(text);
  const masked = text.replace(members, (all, before, key, between) => isSecretKey(key) ? `${before}${key}${between}"${mask}"` : all);
  return mapParts(masked, (key, value) => isSecretKey(key) ? mask : value);
}

/** Text whose parts, where it is a form of parts, have the values that `change` makes of their names and values. */
function mapParts(text, change) {
  const boundary = /^--[^\r\n]{1,200}/.exec(text)?.[0];
  if (!boundary) return text;
  return text.split(boundary).map((part) => {
    const gap = /\r?\n\r?\n/.exec(part);
    const name = gap && /\bname="([^"\r\n]{1,64})"/i.exec(part.slice(0, gap.index))?.[1];
    if (!name) return part;
    const start = gap.index + gap[0].length;
    const end = part.endsWith("\r\n") ? part.length - 2 : part.endsWith("\n") ? part.length - 1 : part.length;
    return part.slice(0, start) + change(name, part.slice(start, end)) + part.slice(end);
  }).join(boundary);
}

/** A text that was masked and then written in, with what the mask hid put back, by the names in front of it. */
export function unmasked(edited, original, isForm = false) {
  const pattern = isForm ? formPairs : members;
  const hidden = [...original.matchAll(pattern)].map(([, , key, , value]) => ({ key, value }));
  if (!isForm) {
    mapParts(original, (key, value) => {
      hidden.push({ key, value });
      return value;
    });
  }
  const shown = (key, value) => {
    if (value.replaceAll('"', "") !== mask) return value;
    const at = hidden.findIndex((one) => one.key === key && isSecretKey(decoded(key)));
    return at < 0 ? value : hidden.splice(at, 1)[0].value;
  };
  const text = edited.replace(pattern, (all, before, key, between, value) => before + key + between + shown(key, value));
  return isForm ? text : mapParts(text, shown);
}

export function decoded(text) {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
