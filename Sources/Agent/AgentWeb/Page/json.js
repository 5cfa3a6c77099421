// JSON laid out for people, token by token: numbers and the order of members stay as they were sent.

const token = /\s*(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([{}[\],:]))/y;

/**
 * @returns {{lines: Array<Array<[string, string]>>}|{error: {offset: number, text: string}}} lines of pieces, each with
 * its class; or where the text is no JSON.
 */
export function layOut(text, maskValue) {
  const lines = [];
  let line = [];
  // What is open, and what may come next.
  const open = [];
  let wants = "value";
  let key = null;
  const wrong = (offset, what) => ({ error: { offset, text: what } });
  const breakLine = () => {
    lines.push(line);
    line = [["", "  ".repeat(open.length)]];
  };
  token.lastIndex = 0;
  for (;;) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) {
      const rest = text.slice(at).search(/\S/);
      if (rest >= 0) return wrong(at + rest, "no value begins like this");
      if (wants !== "end") return wrong(text.length, open.length ? `${open.at(-1) === "{" ? "}" : "]"} is missing` : "a value is missing");
      lines.push(line);
      return { lines };
    }
    const [, string, number, word, sign] = match;
    const start = token.lastIndex - (string ?? number ?? word ?? sign).length;
    if (wants === "end") return wrong(start, "nothing may follow the value");
    if (sign === "}" || sign === "]") {
      const isRight = open.at(-1) === (sign === "}" ? "{" : "[");
      if (!isRight || !["first", "firstKey", "comma"].includes(wants)) return wrong(start, `${sign} does not belong here`);
      open.pop();
      if (wants === "comma") breakLine();
      line.push(["", sign]);
      wants = open.length ? "comma" : "end";
    } else if (sign === ",") {
      if (wants !== "comma") return wrong(start, "a comma does not belong here");
      line.push(["", ","]);
      breakLine();
      wants = open.at(-1) === "{" ? "key" : "value";
    } else if (sign === ":") {
      if (wants !== "colon") return wrong(start, "a colon does not belong here");
      line.push(["", ": "]);
      wants = "value";
    } else if (wants === "key" || wants === "firstKey") {
      if (string === undefined) return wrong(start, "the name of a member is missing");
      if (wants === "firstKey") breakLine();
      key = string.slice(1, -1);
      line.push(["k", string]);
      wants = "colon";
    } else {
      if (wants !== "value" && wants !== "first") return wrong(start, wants === "colon" ? "a colon is missing" : "a comma is missing");
      if (wants === "first") breakLine();
      if (sign) {
        line.push(["", sign]);
        open.push(sign);
        if (open.length > 500) return wrong(start, "this is nested too deeply");
        wants = sign === "{" ? "firstKey" : "first";
        key = null;
      } else {
        const isMasked = key !== null && open.at(-1) === "{" && maskValue?.(key);
        line.push(["s", isMasked ? `"${isMasked}"` : string ?? number ?? word]);
        wants = open.length ? "comma" : "end";
      }
    }
  }
}

/** The line and column of an offset, from 1. */
export function position(text, offset) {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: before.at(-1).length + 1 };
}
