// Python, away from the page: whatever a listing does, the page stays awake and can end this worker.
//
// It loads the files of python/ and tells how far it is; then it takes one job after another. Before the
// first job it gives away everything that reaches the network or what is stored on the reader's device:
// a listing may have come by a link, and computes, nothing else.

const folder = new URL("../python/", import.meta.url);
const tell = self.postMessage.bind(self);
const MEMORY = 1024 * 1024 * 1024; // bytes: beyond them Python gets no more, and says so

// The smallest module there is. A policy that forbids WebAssembly lets Pyodide wait for ever.
function checkWebAssembly() {
  try {
    new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  } catch (error) {
    throw Object.assign(new Error(error.message), { reason: "blocked" });
  }
}

function limitMemory() {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65536 > MEMORY) throw new RangeError("no more memory");
    return grow.call(this, pages);
  };
}

// Pyodide asks for its files itself: its requests are counted on their way, and one that fails is told,
// for it would not always tell.
const progress = { done: 0, total: 0 };
let failed = null;
const fetched = self.fetch.bind(self);

function advance(bytes) {
  progress.done += bytes;
  tell({ event: "progress", ...progress });
}

async function countingFetch(input, options) {
  let answer;
  try {
    answer = await fetched(input, options);
    if (!answer.ok) throw new Error(`${answer.status} for ${answer.url}`);
  } catch (error) {
    failed(Object.assign(error, { reason: "network" }));
    throw error;
  }
  const reader = answer.body.getReader();
  const body = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        advance(value.byteLength);
        controller.enqueue(value);
      } catch (error) {
        failed(Object.assign(error, { reason: "network" }));
        controller.error(error);
      }
    },
  });
  const headers = new Headers(answer.headers);
  if (new URL(answer.url).pathname.endsWith(".wasm")) headers.set("Content-Type", "application/wasm");
  return new Response(body, { status: answer.status, headers });
}

async function load() {
  checkWebAssembly();
  limitMemory();
  const sizes = await (await fetched(new URL("files.json", folder), { cache: "no-cache" })).json();
  for (const size of Object.values(sizes)) progress.total += size;
  advance(0);
  self.fetch = countingFetch;
  // Python's own files stand in a folder that is named after their version.
  const versioned = (file) => Object.keys(sizes).find((name) => name.endsWith(`/${file}`));
  const home = new URL(".", new URL(versioned("pyodide.mjs"), folder));
  const { loadPyodide } = await import(new URL("pyodide.mjs", home));
  await import(new URL("pyodide.asm.js", home));
  advance(sizes[versioned("pyodide.mjs")] + sizes[versioned("pyodide.asm.js")]);
  const [python, book] = await Promise.all([
    loadPyodide({
      indexURL: home.href,
      packages: ["numpy"],
      stdin: () => undefined,
      stdout: () => {},
      stderr: () => {},
    }),
    countingFetch(new URL("book.zip", folder), { cache: "no-cache" }).then((answer) => answer.arrayBuffer()),
  ]);
  tell({ event: "starting" });
  python.FS.mkdirTree("/book");
  python.unpackArchive(book, "zip", { extractDir: "/book" });
  const emit = (text) => tell(JSON.parse(text));
  const runner = python.runPython(`
import json, sys
sys.path[:0] = ["/book/hooks", "/book/theme/python"]
import listings
lambda emit: listings.Runner(lambda event: emit(json.dumps(event)))
`)(emit);
  return runner;
}

// What is left: the language, and what Python needs to go on. A list of what may stay forgets nothing
// that browsers will add.
const LEFT = new Set(
  `Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date
  Promise RegExp Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError
  SuppressedError JSON Math Intl ArrayBuffer SharedArrayBuffer Atomics Uint8Array Int8Array Uint16Array
  Int16Array Uint32Array Int32Array Float16Array Float32Array Float64Array Uint8ClampedArray BigUint64Array
  BigInt64Array DataView Map BigInt Set WeakMap WeakSet WeakRef FinalizationRegistry Proxy Reflect Iterator
  decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape isFinite isNaN globalThis
  WebAssembly TextDecoder TextEncoder DOMException URL URLSearchParams console performance crypto Crypto
  setTimeout clearTimeout setInterval clearInterval queueMicrotask structuredClone self constructor onmessage
  MessageChannel MessagePort MessageEvent Event EventTarget addEventListener removeEventListener dispatchEvent
  AbortController AbortSignal toString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable
  toLocaleString __proto__ __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__`.split(/\s+/),
);

function giveAway() {
  for (let scope = self; scope && scope !== Object.prototype; scope = Object.getPrototypeOf(scope)) {
    for (const name of Object.getOwnPropertyNames(scope)) {
      if (LEFT.has(name)) continue;
      try {
        delete scope[name];
        if (name in scope) Object.defineProperty(scope, name, { value: undefined });
      } catch {
        // It cannot be changed: then it is a constant.
      }
    }
  }
  // No text becomes code of the worker's own: `import()` could fetch from anywhere.
  const refuse = function () {
    throw new Error("not available in this page");
  };
  refuse.prototype = Function.prototype; // for `instanceof Function`
  for (const kind of [function () {}, async function () {}, function* () {}, async function* () {}]) {
    Object.defineProperty(Object.getPrototypeOf(kind), "constructor", { value: refuse });
  }
  self.Function = refuse;
  for (const name of ["setTimeout", "setInterval"]) {
    const timer = self[name];
    self[name] = (action, ...rest) => (typeof action === "function" ? timer(action, ...rest) : refuse());
  }
}

async function begin() {
  const stopped = new Promise((_, reject) => (failed = reject));
  stopped.catch(() => {});
  try {
    const runner = await Promise.race([load(), stopped]);
    giveAway();
    self.onmessage = ({ data }) => {
      try {
        runner.run(data);
      } catch (error) {
        tell({ event: "broken", message: String(error.message ?? error) });
      }
    };
    tell({ event: "ready" });
  } catch (error) {
    tell({ event: "failed", reason: error.reason ?? "start", message: String(error.message ?? error) });
  }
}

begin();
