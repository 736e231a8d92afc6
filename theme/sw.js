// Offline: after one visit the whole book is there without a network.
//
// hooks/offline.py fills in FILES at build: every address of the site with the hash of its content.
// A copy is kept under that hash, and fetched with it as its integrity: it is exactly what this build
// wrote, or it is not kept. A version is whole before it is used, an update fetches only what changed,
// whether or not it has moved, and one that was cut off goes on where it stopped.
//
// Copies come first, the network second. Network first could put an old style sheet under a new page
// when the connection drops in between, and waits long on a bad one. A reader therefore sees a new
// version at the next load. A page that is open meanwhile goes on with the files of its own version.

const FILES = {};
const VERSION = "none";
const FIRST_USE = []; // large files that few readers need: kept once used

const SCOPE = self.registration.scope;
const CACHE = `book ${SCOPE}`; // other sites on the same host have caches of their own
const STATE = `${SCOPE}?state`;

// The ending says which type the copy has: two files of the same bytes may have two.
const address = (path, hash) => `${SCOPE}?${hash}${path.match(/\.\w+$/)?.[0] ?? ""}`;
const request = (path, hash) => new Request(SCOPE + path, { integrity: hash, cache: "no-cache" });

async function keep(cache, path, hash) {
  const answer = await fetch(request(path, hash));
  if (!answer.ok) throw new Error(`${answer.status} for ${path}`);
  // A copy without an address of its own has the one at which it is asked for. Were it that at which it was
  // fetched, a script kept from an older version would ask for that version's other scripts.
  const copy = new Response(answer.body, { headers: answer.headers });
  await cache.put(address(path, hash), copy.clone());
  return copy;
}

async function download() {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map((entry) => entry.url));
  const missing = Object.entries(FILES).filter(
    ([path, hash]) => !FIRST_USE.includes(path) && !kept.has(address(path, hash)),
  );
  // A few at a time: the reader may be loading a page.
  const next = async () => {
    for (let file = missing.pop(); file; file = missing.pop()) await keep(cache, ...file);
  };
  await Promise.all([next(), next(), next(), next()]);
}

// The files of each version that is in use, and the version of each open page that is not the newest.
async function readState() {
  const kept = await (await caches.open(CACHE)).match(STATE);
  return kept ? kept.json() : { newest: VERSION, versions: {}, pages: {} };
}

async function takeOver() {
  const cache = await caches.open(CACHE);
  const before = await readState();
  const state = { newest: VERSION, versions: { [VERSION]: FILES }, pages: {} };
  for (const { id } of await self.clients.matchAll({ type: "all" })) {
    const version = before.pages[id] ?? before.newest;
    if (version === VERSION || !before.versions[version]) continue;
    state.pages[id] = version;
    state.versions[version] = before.versions[version];
  }
  await cache.put(STATE, new Response(JSON.stringify(state)));
  const wanted = new Set([STATE]);
  for (const files of Object.values(state.versions)) {
    for (const file of Object.entries(files)) wanted.add(address(...file));
  }
  for (const entry of await cache.keys()) if (!wanted.has(entry.url)) await cache.delete(entry);
}

let state = null; // read once in the life of this worker

async function filesOf(page) {
  state ??= readState().catch((error) => {
    state = null; // asked again next time
    throw error;
  });
  const { versions, pages } = await state;
  return versions[pages[page]] ?? FILES;
}

async function answer(event, path) {
  const files = event.request.mode === "navigate" ? FILES : await filesOf(event.clientId);
  const hash = files[path];
  if (!hash) {
    // A page without its last slash: the server would send the reader on, and so do we.
    if (files[`${path}/`]) return Response.redirect(`${SCOPE}${path}/`);
    return fetch(event.request);
  }
  const cache = await caches.open(CACHE);
  const kept = await cache.match(address(path, hash), { ignoreVary: true });
  // The integrity fails where the site has a newer version already: then this load has the newer file.
  return kept ?? keep(cache, path, hash).catch(() => fetch(event.request));
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(download());
});

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const plain = url.origin + url.pathname;
  if (event.request.method !== "GET" || !plain.startsWith(SCOPE)) return;
  const path = plain.slice(SCOPE.length).replace(/(^|\/)index\.html$/, "$1");
  // Whatever fails in here, a full disk or a cache that cannot be opened: the page loads as it would without us.
  event.respondWith(answer(event, path).catch(() => fetch(event.request)));
});
