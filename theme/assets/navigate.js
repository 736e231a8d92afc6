// Instant navigation: a link to a page of the book swaps that page in. Scripts and style sheets stay, and
// so does what runs in them. Whatever is not plainly such a link, or does not come as expected, is left
// to the browser: the worst that can happen is an ordinary load.
//
// After each swap `document` gets the event "book:page". A module does its work for the document when it
// is loaded, and again at each such event. Whoever writes to the address keeps `history.state`.

import { say } from "./page.js";

const BOOK = new URL("..", import.meta.url);
const PATIENCE = 10_000; // milliseconds, then the browser tries, which shows the reader what is wrong
const root = document.documentElement;

let shown = new URL(location.href); // the page that is on the screen: links are relative to it
let going = null; // the AbortController of the navigation under way
let renewed = false; // the copy kept for offline reading is of a newer version than this page
let ahead = { href: "", text: null }; // the page fetched before the click

// What has to be the same on both pages: a page of another version needs other scripts or styles.
const WHOLE = "script[src], link[rel=stylesheet]";
const address = (element, base) => new URL(element.getAttribute("src") ?? element.getAttribute("href"), base).href;
const needs = (page, base) => [...page.querySelectorAll(WHOLE)].map((e) => address(e, base)).join("\n");
const loaded = needs(document, shown);
// All else in the head belongs to one page, but for this. Nothing is preloaded for a page swapped in: its
// styles hold at once, and ask for the fonts themselves.
const KEPT = "title, [charset], [http-equiv], [name=viewport], [name=color-scheme], [rel=icon], [rel=preload]";
const HEAD = `head > :not(${WHOLE}, ${KEPT})`;
for (const icon of document.querySelectorAll("link[rel=icon]")) icon.href = icon.href; // no longer relative

const isPage = (url) => url.origin === BOOK.origin && url.pathname.startsWith(BOOK.pathname) && url.pathname.endsWith("/");
const samePage = (a, b) => a.origin === b.origin && a.pathname === b.pathname;

// The page that a link leads to, if it is another page of this book.
function destination(target) {
  const link = target instanceof Element ? target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement) || link.hasAttribute("download")) return null;
  if (link.target && link.target !== "_self") return null;
  const url = new URL(link.getAttribute("href"), shown);
  return isPage(url) && !samePage(url, shown) ? url : null;
}

async function text(url, signal) {
  const answer = await fetch(url, { signal });
  const type = answer.headers.get("content-type") ?? "";
  if (!answer.ok || !type.startsWith("text/html") || !samePage(new URL(answer.url), url)) {
    throw new Error(`no page: ${answer.status} ${type} ${answer.url}`);
  }
  return answer.text();
}

function swapHead(next, url) {
  document.title = next.title;
  for (const old of document.querySelectorAll(HEAD)) old.remove();
  for (const element of next.querySelectorAll(HEAD)) {
    if (element.rel) element.href = address(element, url);
    document.head.append(element);
  }
}

const PARTS = ["header.site", ".page", "footer.site"];

function swapBody(next) {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  document.body.className = next.body.className;
  for (const part of PARTS) document.querySelector(part).replaceWith(next.querySelector(part));
}

function focus(element) {
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

// Where the reader is on this page, kept with its entry in the history.
let settling = 0;
function remember() {
  clearTimeout(settling);
  if (!samePage(location, shown)) return; // gone back, and that page is not here yet
  history.replaceState({ ...history.state, scroll: scrollY }, "");
}

const jump = (top) => scrollTo({ top, behavior: "instant" });

// `scroll` is null for a page not seen before.
function arrive(scroll) {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id && document.getElementById(id);
  // The browser's own way to a place on a page: it opens folded parts, and marks the target for styles.
  if (target) location.replace(location.hash);
  if (scroll !== null) jump(scroll);
  else if (!target) jump(0);
  remember();
  focus(target || document.querySelector("h1") || document.querySelector("main"));
  say(document.title);
}

async function go(url, { back = false, scroll = null } = {}) {
  going?.abort();
  const mine = new AbortController();
  going = mine;
  const waiting = setTimeout(() => root.setAttribute("data-waiting", ""), 400);
  try {
    const fetched = ahead.href === url.pathname ? ahead.text : null;
    const signal = AbortSignal.any([mine.signal, AbortSignal.timeout(PATIENCE)]);
    const page = (await fetched) ?? (await text(url, signal));
    if (mine.signal.aborted) return;
    const next = new DOMParser().parseFromString(page, "text/html");
    if (renewed || needs(next, url) !== loaded) throw new Error("another version");
    if (!PARTS.every((part) => next.querySelector(part))) throw new Error("not whole");
    if (!back) {
      remember();
      history.pushState(null, "", url);
    }
    shown = url;
    swapHead(next, url);
    swapBody(next);
    document.dispatchEvent(new CustomEvent("book:page"));
    arrive(scroll);
  } catch {
    if (mine.signal.aborted) return;
    if (back) location.reload();
    else location.assign(url);
  } finally {
    clearTimeout(waiting);
    if (going === mine) {
      going = null;
      root.removeAttribute("data-waiting");
    }
  }
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = destination(event.target);
  if (!url || renewed) return;
  event.preventDefault();
  go(url);
});

addEventListener("popstate", (event) => {
  clearTimeout(settling);
  const url = new URL(location.href);
  const scroll = event.state?.scroll ?? null;
  if (!samePage(url, shown)) {
    go(url, { back: true, scroll });
    return;
  }
  going?.abort();
  shown = url;
  if (scroll !== null) jump(scroll);
  else requestAnimationFrame(remember); // a link to a place on this page: the browser has gone there
});

addEventListener("scroll", () => {
  clearTimeout(settling);
  settling = setTimeout(remember, 150);
}, { passive: true });

// Between loads the browser restores the place better than we could: it waits until the page is long enough.
addEventListener("pagehide", () => (history.scrollRestoration = "auto"));
addEventListener("pageshow", () => {
  if (history.scrollRestoration === "manual" && history.state?.scroll) jump(history.state.scroll);
  history.scrollRestoration = "manual";
});

// A moment on a link fetches its page. The last one is held, so that a click finds it.
let hovering = 0;
function fetchAhead(event) {
  clearTimeout(hovering);
  const url = destination(event.target);
  if (!url || ahead.href === url.pathname || event.pointerType === "touch") return;
  hovering = setTimeout(() => {
    ahead = { href: url.pathname, text: text(url).catch(() => null) };
  }, 80);
}
if (!navigator.connection?.saveData) {
  document.addEventListener("pointerover", fetchAhead);
  document.addEventListener("focusin", fetchAhead);
}

navigator.serviceWorker?.addEventListener("controllerchange", () => (renewed = true));
