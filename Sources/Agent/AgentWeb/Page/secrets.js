// What is not shown until somebody asks for it: values that would let a reader act for somebody else.

export const mask = "••••••";

const fields = new Set([
  "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "apikey", "x-auth-token",
  "x-access-token", "x-csrf-token", "x-xsrf-token", "x-amz-security-token", "x-hub-signature", "x-hub-signature-256",
  "stripe-signature", "x-slack-signature", "x-gitlab-token",
]);
const keys = /^(?:.*[_-])?(?:password|passwd|pwd|secret|token|api_?-?key|apikey|authtoken|access_?token|refresh_?token|id_?token|client_?secret|private_?key|credential|signature|sig)$/i;

export const isSecretField = (name) => fields.has(name.toLowerCase());
export const isSecretKey = (key) => keys.test(key);

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

/** Text of a body: members of JSON, and forms, as far as they can be told without reading them. */
export function maskText(text, isForm = false) {
  if (isForm) return maskPairs(text);
  return text.replace(/"([^"\\\n]{1,64})"(\s*:\s*)("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)/g, (all, key, colon) =>
    isSecretKey(key) ? `"${key}"${colon}"${mask}"` : all);
}

/** A text that was masked and then written in, with what the mask hid put back, by the names in front of it. */
export function unmasked(edited, original, isForm = false) {
  const pattern = isForm ? /(^|[?&])([^=&?]{1,64})(=)([^&]*)/g : /(")([^"\\\n]{1,64})("\s*:\s*)("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)/g;
  const hidden = [...original.matchAll(pattern)].filter(([, , key]) => isSecretKey(decoded(key)));
  return edited.replace(pattern, (all, before, key, between, value) => {
    if (value.replaceAll('"', "") !== mask) return all;
    const at = hidden.findIndex(([, , other]) => other === key);
    return at < 0 ? all : before + key + between + hidden.splice(at, 1)[0][4];
  });
}

export function decoded(text) {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
