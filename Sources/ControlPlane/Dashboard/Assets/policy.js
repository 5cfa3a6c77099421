// The policy editor: colours, problems at their place while one types, what the draft changes, and its dry run.

import { say } from "./dashboard.js";

const element = (tag, className, text) => Object.assign(document.createElement(tag), { className: className ?? "", textContent: text ?? "" });

/** One line with its keys, values and comments in spans. */
function coloured(line) {
  const row = element("span");
  const parts = /^(\s*(?:- )?)(?:("?[\w.-]+"?:)(?=\s|$))?(.*)$/.exec(line);
  if (!parts) {
    row.textContent = line;
    return row;
  }
  const [, indent, key, rest] = parts;
  row.append(indent);
  if (key) row.append(element("span", "k", key));
  const comment = /(^|\s)#.*$/.exec(rest);
  const value = comment ? rest.slice(0, comment.index) : rest;
  if (value) row.append(element("span", key || indent.includes("-") ? "s" : "", value));
  if (comment) row.append(element("span", "c", rest.slice(comment.index)));
  return row;
}

export function start() {
  const form = document.getElementById("policy");
  const draft = document.getElementById("draft");
  const under = document.getElementById("under");
  const state = document.getElementById("policy-state");
  const save = document.getElementById("save");
  const problems = document.getElementById("problems");
  const changes = document.getElementById("changes");
  const rehearse = document.getElementById("rehearse");
  const isReadOnly = save.disabled;
  /** The draft of which the dry run tells; null before there was one. */
  let rehearsed = document.querySelector("#dry-run .counts, #dry-run .note") ? draft.value : null;
  let wrong = new Set();
  let asked = 0;
  let timer = 0;

  const draw = () => {
    under.replaceChildren(...draft.value.split("\n").map((line, index) => {
      const row = coloured(line);
      if (wrong.has(index + 1)) row.classList.add("err");
      return row;
    }));
    draft.parentElement.classList.add("drawn");
  };

  const show = (answer) => {
    wrong = new Set(answer.problems.map((one) => one.line));
    draw();
    problems.replaceChildren(...answer.problems.map((one) => {
      const row = element("li", "say");
      const text = element("p", "", one.message);
      if (one.suggestion) {
        const fix = element("button", "btn tiny", `Use ${one.suggestion}`);
        fix.type = "button";
        fix.addEventListener("click", () => use(one));
        text.append(" Did you mean ", element("code", "", one.suggestion), "? ", one.offending ? fix : "");
      }
      row.append(element("span", "st bad", `Line ${one.line}, column ${one.column}`), element("span", "sub", one.code), text);
      return row;
    }));
    const count = answer.problems.length;
    state.className = `st pill ${count ? "bad" : answer.isChanged ? "ok" : "idle"}`;
    state.textContent = count ? `${count} ${count === 1 ? "problem" : "problems"}` : answer.isChanged ? "Good" : "As it is served";
    if (!isReadOnly) save.disabled = count > 0;
    changes.replaceChildren(...(answer.changes.length ? answer.changes.map(([sign, text]) => {
      const row = element("li", sign === "+" ? "add" : sign === "-" ? "del" : "");
      row.append(element("i", "", sign), element("span", "", text));
      return row;
    }) : [element("li", "", "None yet.")]));
  };

  /** Puts what was meant in the place of what is wrong. */
  const use = (one) => {
    const lines = draft.value.split("\n");
    const line = lines[one.line - 1] ?? "";
    const at = line.indexOf(one.offending, Math.max(0, one.column - 1));
    if (at < 0) return;
    lines[one.line - 1] = line.slice(0, at) + one.suggestion + line.slice(at + one.offending.length);
    draft.value = lines.join("\n");
    check();
  };

  const check = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!answer.ok || mine !== asked) return;
      show(await answer.json());
    } catch {
      // The edge is away: what is typed stays, and saving says so.
    }
  };

  /** Says of a result that it is of a draft which was changed since. */
  const age = () => { document.getElementById("dry-run-age").hidden = rehearsed === null || rehearsed === draft.value; };

  const run = async () => {
    if (rehearse.disabled) return;
    rehearse.disabled = true;
    const mine = draft.value;
    try {
      const answer = await fetch(rehearse.getAttribute("formaction"), { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.getElementById("differences")) {
        say(page.querySelector("h1, main p")?.textContent ?? "The edge could not run it.");
        return;
      }
      const shown = document.getElementById("dry-run");
      shown.querySelectorAll(":scope > :not(header)").forEach((part) => part.remove());
      shown.append(...page.querySelectorAll("#dry-run > :not(header)"));
      document.getElementById("differences").replaceWith(page.getElementById("differences"));
      rehearsed = mine;
      age();
    } catch {
      say("The edge does not answer. What you typed is still here.");
    } finally {
      rehearse.disabled = false;
    }
  };

  rehearse.addEventListener("click", (event) => {
    event.preventDefault();
    run();
  });
  draft.addEventListener("input", () => {
    draw();
    age();
    clearTimeout(timer);
    timer = setTimeout(check, 250);
  });
  draft.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    run();
  });
  draw();
  check();
}
