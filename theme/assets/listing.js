// What the buttons of a listing do: run it, edit it, take the edits back, share them, keep them as a file.
//
// An edit is kept in this browser's storage under "book-code", by script and section. A link carries
// edits in its fragment, which no server sees; they are shown as text, and are the page's own only when
// the reader says so.

import { say } from "./page.js";
import * as python from "./python.js";

const STORE = "book-code";
const BOOK = new URL("..", import.meta.url);
const LIMIT = 60; // seconds that one listing may take; more where the page says that it is long
const LINK_LIMIT = 6000; // characters of a fragment: longer ones are cut on their way through mail and chat
const CODE_LIMIT = 64 * 1024; // characters that a link may unfold to

const WORDS = {
  network: "Python did not load: the connection broke off.",
  silent: "Python did not load: nothing has come for 20 seconds.",
  blocked: "This browser, or a policy of this site, does not allow WebAssembly. Python cannot run here.",
  start: "Python did not start.",
  stopped: "Stopped. The next Run starts Python anew, and runs the listings above again.",
  broken: "Python broke down, and is started anew with the next Run.",
  memory: "No memory is left. Python is started anew with the next Run.",
  long: (seconds) => `Stopped after ${seconds} seconds. A listing may take no longer here.`,
};

function make(name, properties = {}, ...children) {
  const { dataset, ...rest } = properties;
  const made = Object.assign(document.createElement(name), rest);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}

// ---------------------------------------------------------------- a listing and its text

const entries = new WeakMap();

function entryOf(listing) {
  let entry = entries.get(listing);
  if (!entry) {
    const code = listing.querySelector("pre code");
    const next = listing.nextElementSibling;
    entry = {
      listing,
      key: listing.dataset.run,
      code,
      pre: code.parentElement,
      original: code.textContent,
      coloured: [...code.childNodes].map((node) => node.cloneNode(true)),
      text: code.textContent,
      bar: listing.querySelector(".run-bar"),
      printed: next?.matches(".language-text") ? next : null,
      out: null,
      area: null,
    };
    entries.set(listing, entry);
  }
  return entry;
}

const every = () => [...document.querySelectorAll("[data-run]")].map(entryOf);
const isEdited = (entry) => entry.text !== entry.original;
const number = (entry) => every().indexOf(entry) + 1;
const does = (entry, action) => entry.bar.querySelector(`[data-does=${action}]`);

function edits() {
  return Object.fromEntries(every().filter(isEdited).map((entry) => [entry.key, entry.text]));
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}

function remember(entry) {
  const all = stored();
  if (isEdited(entry)) all[entry.key] = entry.text;
  else delete all[entry.key];
  try {
    if (Object.keys(all).length) localStorage.setItem(STORE, JSON.stringify(all));
    else localStorage.removeItem(STORE);
  } catch {
    // Storage is switched off or full: the edit holds as long as the page is open.
  }
}

function setText(entry, text) {
  entry.text = text.endsWith("\n") ? text : `${text}\n`;
  if (isEdited(entry)) entry.code.textContent = entry.text;
  else entry.code.replaceChildren(...entry.coloured.map((node) => node.cloneNode(true)));
  remember(entry);
  showState(entry);
}

// ---------------------------------------------------------------- the bar

function label(button, text) {
  button.firstChild.data = text;
}

function addButton(entry, text, action, before) {
  const made = make("button", { type: "button", dataset: { does: action } }, text);
  made.append(make("span", { className: "sr", textContent: ` listing ${number(entry)}` }));
  made.addEventListener("click", () => act(entry.listing, action));
  entry.bar.insertBefore(made, before);
  return made;
}

const MORE = [
  ["Reset", "reset"],
  ["Link", "share"],
  ["Download", "download"],
];

// Reset stands where there is something to take back, the others where there is something of the reader's.
function showState(entry) {
  const wanted = isEdited(entry) ? MORE : entry.out ? MORE.slice(0, 1) : [];
  for (const [text, action] of MORE) {
    const there = does(entry, action);
    const here = wanted.some(([, name]) => name === action);
    if (here && !there) addButton(entry, text, action, entry.bar.querySelector(".run-note, .copy"));
    if (!here) there?.remove();
  }
  entry.listing.classList.toggle("edited", isEdited(entry));
}

function note(entry, text) {
  let shown = entry.bar.querySelector(".run-note");
  if (!shown) {
    shown = make("span", { className: "run-note" });
    entry.bar.insertBefore(shown, entry.bar.querySelector(".copy"));
  }
  shown.textContent = text;
}

// ---------------------------------------------------------------- editing

function grow(area) {
  area.rows = area.value.split("\n").length;
}

// Enter keeps the indent, and opens a block after a colon. Tab leaves the field, as everywhere.
function keepIndent(event, area) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  const before = area.value.slice(0, area.selectionStart);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const indent = line.match(/^ */)[0] + (/:\s*(#.*)?$/.test(line) ? "    " : "");
  // The command, where there is one, keeps the way back by Undo.
  if (!document.execCommand("insertText", false, `\n${indent}`)) {
    area.setRangeText(`\n${indent}`, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input"));
  }
}

function openEditor(entry) {
  const area = make("textarea", {
    className: "run-edit",
    value: entry.text.replace(/\n$/, ""),
    spellcheck: false,
    autocomplete: "off",
    wrap: "off",
  });
  area.setAttribute("autocapitalize", "off");
  area.setAttribute("autocorrect", "off");
  area.setAttribute("aria-label", `Code of listing ${number(entry)}`);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run(entry);
    } else keepIndent(event, area);
  });
  area.addEventListener("input", () => {
    grow(area);
    unmark(entry);
    setText(entry, area.value);
  });
  entry.area = area;
  grow(area);
  entry.pre.hidden = true;
  entry.pre.after(area);
  label(does(entry, "edit"), "Close");
  area.focus();
  area.setSelectionRange(0, 0);
}

function closeEditor(entry) {
  entry.area.remove();
  entry.area = null;
  entry.pre.hidden = false;
  label(does(entry, "edit"), "Edit");
}

function reset(entry) {
  if (python.isBusy() && running === entry) python.stop();
  unmark(entry);
  clearOutput(entry);
  if (entry.area) closeEditor(entry);
  setText(entry, entry.original);
  note(entry, entry.listing.dataset.seconds ? `about ${entry.listing.dataset.seconds} s` : "");
  does(entry, "run").focus();
  say("The book's own listing again");
}

// ---------------------------------------------------------------- output

function clearOutput(entry) {
  entry.out?.remove();
  entry.out = null;
  if (entry.printed) {
    entry.printed.hidden = false;
    delete entry.printed.dataset.run;
    entry.printed.classList.remove("book-prints");
  }
}

function freshOutput(entry) {
  clearOutput(entry);
  entry.out = make("div", { className: "run-out" });
  entry.listing.append(entry.out);
  showState(entry);
  return entry.out;
}

function block(text, className) {
  const pre = make("pre", { className }, make("code", { textContent: text }));
  requestAnimationFrame(() => {
    if (pre.scrollWidth <= pre.clientWidth) return;
    pre.tabIndex = 0;
    pre.setAttribute("role", "group");
    pre.setAttribute("aria-label", "Output, scrolls sideways");
  });
  return pre;
}

const seconds = (value) => (value < 0.1 ? `${Math.max(1, Math.round(1000 * value))} ms` : `${value.toFixed(1)} s`);
const printedText = (entry) => entry.printed?.querySelector("pre").textContent ?? "";

// What a listing printed, as it comes.
function showPart(entry, event) {
  if (!entry.out || entry.out.querySelector(".run-load")) freshOutput(entry);
  let text = entry.out.querySelector(".run-text code");
  if (!text) {
    entry.out.append(block("", "run-text"));
    text = entry.out.querySelector(".run-text code");
    if (entry.printed) entry.printed.hidden = true;
  }
  text.append(event.text);
}

function showDone(entry, event, asked) {
  const same = !event.error && event.out === printedText(entry);
  unmark(entry);
  const time = seconds(event.seconds);
  if (same && !asked) {
    // The listings above leave the page as it is: nothing may move while the reader looks further down.
    clearOutput(entry);
    note(entry, `${event.out ? "as printed" : "done"}, ${time}`);
    showState(entry);
    return;
  }
  const out = freshOutput(entry);
  if (event.out) out.append(block(event.out, "run-text"));
  if (event.cut) out.append(make("p", { textContent: "The output was cut at 64 KiB." }));
  if (event.err) out.append(block(event.err, "run-text run-warning"));
  if (event.error) showError(entry, out, event.error);
  for (const name of event.figures) showFigure(out, name);
  if (entry.printed) {
    entry.printed.hidden = same;
    entry.printed.classList.toggle("book-prints", !same);
  }
  const word = event.error ? "stopped" : !event.out ? "done" : same ? "as printed" : "not as printed";
  note(entry, entry.printed || !event.out ? `${word}, ${time}` : time);
  showState(entry);
  if (!asked) return;
  if (event.error) say(`${event.error.message}${event.error.line ? `, line ${event.error.line}` : ""}`);
  else if (!event.out) say("Done. Nothing is printed.");
  else say(same ? `Done. The output is as printed: ${event.out.slice(0, 300)}` : `Output: ${event.out.slice(0, 300)}`);
}

function showError(entry, out, error) {
  const line = error.line ? ` Line ${error.line} of this listing.` : "";
  const told = make("p", { className: "run-error" }, make("strong", { textContent: error.message }), line);
  const whole = make("details", {}, make("summary", { textContent: "Traceback" }), block(error.traceback, "run-text"));
  out.append(told, whole);
  if (error.memory) out.append(make("p", { textContent: WORDS.memory }));
  if (error.line) markLine(entry, error.line);
}

// A strip over the line at fault: it lies over the text and over the field alike.
function markLine(entry, line) {
  const box = entry.area ?? entry.pre;
  const style = getComputedStyle(box);
  const height = parseFloat(style.lineHeight);
  const strip = make("div", { className: "run-mark" });
  strip.style.top = `${box.offsetTop + parseFloat(style.paddingTop) + (line - 1) * height}px`;
  strip.style.height = `${height}px`;
  entry.listing.append(strip);
}

function unmark(entry) {
  entry.listing.querySelector(".run-mark")?.remove();
}

// Where a figure is: as the page shows it, or as the list has it that the build wrote (hooks/hashed.py).
async function figureAddress(file) {
  const [name, scheme] = file.split(".");
  const shown = document.querySelector(`img[src*="figures/${name}.${scheme}."]`);
  if (shown) return shown.src;
  const names = await fetch(new URL("figures.json", BOOK)).then((answer) => (answer.ok ? answer.json() : {}));
  return new URL(`figures/${names[file] ?? file}#only-${scheme}`, BOOK).href;
}

function showFigure(out, name) {
  const figure = make("div", { className: "run-figure" });
  const words = "Figures are drawn when the book is built, not here. This is the one that the book's own listing draws.";
  const alt = document.querySelector(`img[src*="figures/${name}."]`)?.alt ?? `The figure ${name}`;
  for (const scheme of ["light", "dark"]) {
    const image = make("img", { className: "figure", alt });
    figureAddress(`${name}.${scheme}.svg`).then((address) => (image.src = address), () => {});
    figure.append(image);
  }
  out.append(make("p", { textContent: words }), figure);
}

function showMessage(entry, text, retry = null) {
  const out = freshOutput(entry);
  out.append(make("p", { className: "run-error", textContent: text }));
  if (retry) {
    const again = make("button", { type: "button", textContent: "Retry" });
    again.addEventListener("click", retry);
    out.append(again);
  }
  say(text);
}

function showLoading(entry) {
  const out = freshOutput(entry);
  const told = make("span", { id: `run-load-${number(entry)}`, textContent: "Loading Python" });
  const bar = make("progress", { max: 1, value: 0 });
  bar.setAttribute("aria-labelledby", told.id);
  out.append(make("p", { className: "run-load" }, told, bar));
  let quarter = 0;
  say("Loading Python. This happens once.");
  return (event) => {
    if (event.event === "starting") {
      told.textContent = "Starting Python";
      bar.removeAttribute("value");
      return;
    }
    const part = Math.min(1, event.done / event.total);
    bar.value = part;
    told.textContent = `Loading Python and NumPy: ${(event.done / 1e6).toFixed(1)} of ${(event.total / 1e6).toFixed(1)} MB`;
    if (Math.floor(4 * part) > quarter) say(`${25 * (quarter = Math.floor(4 * part))} % loaded`);
  };
}

function showCheck(entry, event) {
  const out = freshOutput(entry);
  const list = make("ul", { className: "run-checks" });
  let held = 0;
  for (const result of event.results) {
    const state = result.failed !== null ? "failed" : result.held ? "passed" : "not reached";
    held += state === "passed" ? 1 : 0;
    const item = make("li", { className: state.replace(" ", "-") }, make("strong", { textContent: `${state[0].toUpperCase()}${state.slice(1)}: ` }));
    item.append(make("code", { textContent: result.code }));
    if (result.failed !== null) item.append(make("span", { textContent: ` ${result.failed}` }));
    list.append(item);
  }
  const all = held === event.results.length && !event.error;
  const words = `${held} of ${event.results.length} checks passed`;
  out.append(make("p", {}, make("strong", { textContent: all ? `Solved: ${words}.` : `${words}.` })), list);
  if (event.error) {
    out.append(make("p", { className: "run-error", textContent: `The check stopped: ${event.error.message}` }));
    out.append(make("details", {}, make("summary", { textContent: "Traceback" }), block(event.error.traceback, "run-text")));
  } else if (all && event.out) out.append(block(event.out, "run-text"));
  note(entry, words);
  const first = event.results.find((result) => result.failed !== null);
  say(`${words}. ${first ? first.failed : (event.error?.message ?? "")}`);
}

// ---------------------------------------------------------------- running

let running = null; // the entry whose button was pressed

function showRunning(entry, on) {
  running = on ? entry : null;
  const button = does(entry, "run");
  label(button, on ? "Stop" : "Run");
  if (on) note(entry, "running");
  entry.listing.setAttribute("aria-busy", String(on));
}

async function run(entry, { check = false } = {}) {
  if (running === entry) {
    python.stop();
    return;
  }
  if (python.isBusy()) {
    say("Another listing is running: stop it first");
    note(entry, "another listing is running");
    return;
  }
  const all = every();
  const wanted = all.slice(0, all.indexOf(entry) + 1);
  const byKey = new Map(all.map((one) => [one.key, one]));
  const job = { page: BOOK.href + location.pathname, want: wanted.map((one) => one.key), edits: edits(), check };
  let at = entry; // what is running now
  let limit = 0;
  let told = false;
  const longest = () => Math.max(LIMIT, 8 * Number(at.listing.dataset.seconds ?? 0));
  const watch = () => {
    clearTimeout(limit);
    limit = setTimeout(() => python.stop("long"), 1000 * longest());
  };
  unmark(entry);
  showRunning(entry, true);
  const loading = python.isReady() ? () => {} : showLoading(entry);
  try {
    await python.run(job, {
      loading,
      tell(event) {
        watch();
        const one = byKey.get(event.key);
        if (event.event === "start") {
          at = one ?? at;
          if (at !== entry) note(entry, `running listing ${number(at)} above`);
          else note(entry, "running");
        } else if (event.event === "out") showPart(at, event);
        else if (event.event === "done") {
          if (event.error) told = true;
          if (one) showDone(one, event, one === entry && !check);
          if (event.error && one && one !== entry) tellAbove(entry, one);
        } else if (event.event === "hidden") {
          told = true;
          showMessage(entry, `What the script runs unseen before this listing stopped: ${event.error.message}`);
        } else if (event.event === "check") {
          told = true;
          showCheck(entry, event);
        }
        if (event.error?.memory) python.stop("memory");
      },
    });
    if (entry.out?.querySelector(".run-load")) clearOutput(entry);
    if (!told && entry.bar.querySelector(".run-note")?.textContent.startsWith("running")) note(entry, "done");
  } catch (error) {
    if (error.reason !== "memory" || !told) {
      const words = WORDS[error.reason] ?? WORDS.broken;
      const text = typeof words === "function" ? words(longest()) : words;
      const retry = ["network", "silent", "start"].includes(error.reason) ? () => run(entry, { check }) : null;
      if (at !== entry && error.reason === "long") showMessage(at, text);
      showMessage(entry, text, retry);
      note(entry, "stopped");
    }
  } finally {
    clearTimeout(limit);
    showRunning(entry, false);
    showState(entry);
  }
}

function tellAbove(entry, other) {
  const out = freshOutput(entry);
  const id = (other.listing.id ||= `listing-${number(other)}`);
  const link = make("a", { href: `#${id}`, textContent: `Listing ${number(other)}, above,` });
  out.append(make("p", { className: "run-error" }, link, " stopped with an error. This one has not run."));
  note(entry, "has not run");
  say(`Listing ${number(other)}, above, stopped with an error. This one has not run.`);
}

// ---------------------------------------------------------------- links and files

async function squeezed(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// Raises where the text is not such a link's, or unfolds to more than it may.
async function unfolded(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder();
  let whole = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    whole += decoder.decode(part.value, { stream: true });
    if (whole.length > CODE_LIMIT) throw new Error("too long");
  }
  return whole + decoder.decode();
}

async function share(entry) {
  const text = await squeezed(JSON.stringify(edits()));
  if (text.length > LINK_LIMIT) {
    const words = `too long for a link: ${text.length} of ${LINK_LIMIT} characters. Download it instead`;
    note(entry, words);
    say(words);
    return;
  }
  const address = new URL(`#try=${text}`, location.href).href;
  try {
    await navigator.clipboard.writeText(address);
    note(entry, "link copied");
    say("A link to this page with your changes was copied");
  } catch {
    // No clipboard: the link is shown, to be copied by hand.
    const out = freshOutput(entry);
    const field = make("input", { type: "text", readOnly: true, value: address, className: "run-link" });
    field.setAttribute("aria-label", "Link to this page with your changes");
    out.append(field);
    field.select();
  }
}

async function fromLink() {
  if (!location.hash.startsWith("#try=")) return;
  let found;
  try {
    if (location.hash.length > LINK_LIMIT + 5) throw new Error("too long");
    found = JSON.parse(await unfolded(location.hash.slice(5)));
  } catch {
    say("The link of this page carries no code that can be read");
    return;
  }
  let first = true;
  for (const entry of every()) {
    const code = found?.[entry.key];
    if (typeof code !== "string" || entry.listing.querySelector(".run-offer")) continue;
    offer(entry, code, first);
    first = false;
  }
}

// Code that came by a link is text until the reader takes it over.
function offer(entry, code, first) {
  const box = make("div", { className: "run-offer" });
  const take = make("button", { type: "button", textContent: "Take it over" });
  const drop = make("button", { type: "button", textContent: "Leave it" });
  const words = "This code came with the link. It is not the book's, and it has not run. Read it first.";
  box.append(make("p", { textContent: words }), block(code, "run-text"), take, drop);
  take.addEventListener("click", () => {
    box.remove();
    setText(entry, code);
    if (entry.area) closeEditor(entry);
    does(entry, "run").focus();
  });
  drop.addEventListener("click", () => {
    box.remove();
    does(entry, "edit").focus();
  });
  entry.listing.append(box);
  for (let fold = entry.listing.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (first) {
    entry.listing.scrollIntoView({ block: "center" });
    say(words);
  }
}

// The whole script with the reader's sections in it: it runs beside the other scripts of the book.
async function download(entry) {
  const name = entry.key.split(":")[0];
  const address = new URL(`snippets/${name}.py`, BOOK);
  let text;
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(answer.statusText);
    text = await answer.text();
  } catch {
    note(entry, "the script could not be loaded");
    return;
  }
  for (const [key, code] of Object.entries(edits())) {
    const [script, section] = key.split(":");
    if (script !== name) continue;
    const start = `# --8<-- [start:${section}]\n`;
    const from = text.indexOf(start) + start.length;
    text = text.slice(0, from) + code + text.slice(text.indexOf(`# --8<-- [end:${section}]`, from));
  }
  text = `# ${document.title}, with changes of a reader. It imports other scripts of the book:\n# ${new URL(".", address)}\n${text}`;
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "text/x-python" })), download: `${name}.py` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// ---------------------------------------------------------------- from run.js

export function act(listing, action) {
  const entry = entryOf(listing);
  if (action === "run") run(entry);
  else if (action === "check") run(entry, { check: true });
  else if (action === "edit") entry.area ? closeEditor(entry) : openEditor(entry);
  else if (action === "reset") reset(entry);
  else if (action === "share") share(entry);
  else if (action === "download") download(entry);
}

export function restore() {
  const kept = stored();
  for (const entry of every()) {
    if (typeof kept[entry.key] === "string") setText(entry, kept[entry.key]);
  }
  fromLink();
}

// Another page: what still runs was asked for by the one before.
document.addEventListener("book:page", () => {
  if (running) python.stop();
});
