// What every page has: the switch of schemes, the table of contents, Copy buttons, and boxes that can
// be scrolled with the keyboard where they overflow. Without this script the page is whole.

const root = document.documentElement;
const systemDark = matchMedia("(prefers-color-scheme: dark)");

function scheme() {
  return root.dataset.scheme ?? (systemDark.matches ? "dark" : "light");
}

function remember(choice) {
  try {
    if (choice === null) localStorage.removeItem("book-scheme");
    else localStorage.setItem("book-scheme", choice);
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
}

function nameSwitch() {
  const button = document.querySelector("[data-scheme-switch]");
  button.firstChild.data = scheme() === "dark" ? "Light" : "Dark";
}

function switchScheme() {
  const other = scheme() === "dark" ? "light" : "dark";
  // What the system prefers anyway is not stored, so that the page follows the system again.
  const asSystem = (other === "dark") === systemDark.matches;
  if (asSystem) delete root.dataset.scheme;
  else root.dataset.scheme = other;
  remember(asSystem ? null : other);
  nameSwitch();
}

systemDark.addEventListener("change", nameSwitch);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-scheme-switch]")) switchScheme();
});

// A <details> closes by itself only when its summary is pressed.
function openContents() {
  return document.querySelector("details.contents[open]");
}

document.addEventListener("keydown", (event) => {
  const contents = event.key === "Escape" ? openContents() : null;
  if (!contents?.contains(document.activeElement)) return;
  contents.open = false;
  contents.querySelector("summary").focus();
});
for (const leaves of ["focusin", "click"]) {
  document.addEventListener(leaves, (event) => {
    const contents = openContents();
    if (contents && !contents.contains(event.target)) contents.open = false;
  });
}

const status = document.createElement("p");
status.className = "sr";
status.setAttribute("role", "status");

export function say(text) {
  status.textContent = "";
  // Emptied first, so that the same words are announced again.
  requestAnimationFrame(() => (status.textContent = text));
}

// What a reader types or runs; an output is read, not copied.
function addCopyButton(listing) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const text = listing.querySelector("pre").textContent.replace(/^\$ /gm, "");
    try {
      await navigator.clipboard.writeText(text);
      say("Copied");
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    } catch {
      say("This browser does not let the page copy");
    }
  });
  listing.append(button);
}

const NAMES = [
  [".formula", "Formula"],
  [".scrolls", "Table"],
  ["pre", "Listing"],
];
const SCROLLING = ".formula, .scrolls, .text pre";

// A box that overflows can be focused and so scrolled; one that fits is no stop for the Tab key.
function mark(box) {
  const overflows = box.scrollWidth > box.clientWidth;
  if (overflows === box.hasAttribute("tabindex")) return;
  if (overflows) {
    box.tabIndex = 0;
    box.setAttribute("role", "group"); // a region would be one landmark for each listing
    box.setAttribute("aria-label", `${NAMES.find(([selector]) => box.matches(selector))[1]}, scrolls sideways`);
  } else {
    for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
  }
}

const widths = new ResizeObserver((entries) => entries.forEach((entry) => mark(entry.target)));

// What was folded away had no size to watch.
document.addEventListener("toggle", (event) => {
  for (const box of event.target.querySelectorAll(SCROLLING)) mark(box);
}, { capture: true });

// In the margin, the heading under which the reader is.
const headings = new Map(); // each with its link
let following = false;

function findHeadings() {
  headings.clear();
  for (const link of document.querySelectorAll("nav.toc a")) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) headings.set(heading, link);
  }
}

function followHeadings() {
  following = false;
  let current = null;
  for (const heading of headings.keys()) {
    if (heading.getBoundingClientRect().top < innerHeight / 3) current = heading;
  }
  for (const [heading, link] of headings) {
    if (heading === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

document.addEventListener("scroll", () => {
  if (!following && headings.size) requestAnimationFrame(followHeadings);
  following = headings.size > 0;
}, { passive: true });

// Modules that only some pages need: what on a page needs them, and how each is loaded. A module
// starts by itself, and again at each "book:page".
const MODULES = [
  ["table.functions", () => import("./reference.js")],
  ["book-explorer", () => import("./explore/explorer.js")],
  ["book-neuron", () => import("./explore/neuron.js")],
  ["book-descent", () => import("./explore/descent.js")],
  ["book-collapse", () => import("./explore/collapse.js")],
  ["book-dying", () => import("./explore/dying.js")],
  ["book-depth", () => import("./explore/depth.js")],
  ["book-or-run", () => import("./explore/or-run.js")],
  ["[data-run]", () => import("./run.js")],
];

function loadModules() {
  for (const [selector, load] of MODULES) {
    // Without its module a part of a page stays as it was built, which is whole.
    if (document.querySelector(selector)) load().catch((error) => console.info(error.message));
  }
}

function start() {
  nameSwitch();
  for (const listing of document.querySelectorAll(".highlight:not(.language-text)")) addCopyButton(listing);
  widths.disconnect();
  for (const box of document.querySelectorAll(SCROLLING)) widths.observe(box);
  findHeadings();
  followHeadings();
  loadModules();
}

document.body.append(status);
document.addEventListener("book:page", start); // another page was swapped in: see navigate.js
start();
