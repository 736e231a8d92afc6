// The one Python of this visit: a worker that is started at the first Run and stays when the reader goes
// on to another page. What is asked of it is one job at a time.

const WORKER = new URL("python-worker.js", import.meta.url);
const SILENCE = 20_000; // milliseconds without a byte while files are coming: the connection is lost
const START = 120_000; // milliseconds to start once they are there: a slow machine takes long to compile

let worker = null;
let ready = null; // the promise of a worker that has loaded
let job = null; // {tell, end, fail} of the job under way
let give = () => {}; // ends the loading with a reason
let progress = () => {};

export const isReady = () => worker !== null && job === null && worker.ready === true;
export const isBusy = () => job !== null;

function fault(reason, message = "") {
  return Object.assign(new Error(message || reason), { reason });
}

// Ends whatever runs, at once. The next job starts Python anew.
export function stop(reason = "stopped", message = "") {
  if (message) console.info(`Python: ${reason}: ${message}`); // for whoever looks for the cause
  worker?.terminate();
  worker = ready = null;
  const ended = job;
  job = null;
  give(fault(reason, message));
  ended?.fail(fault(reason, message));
}

function start() {
  ready = new Promise((resolve, reject) => {
    let silence = 0;
    const listen = (data) => {
      clearTimeout(silence);
      const here = data?.event === "starting" || data?.done >= data?.total;
      silence = setTimeout(() => stop(here ? "start" : "silent"), here ? START : SILENCE);
    };
    give = (error) => {
      clearTimeout(silence);
      reject(error);
    };
    const mine = new Worker(WORKER, { type: "module", name: "python" });
    worker = mine;
    mine.onerror = (event) => {
      event.preventDefault();
      if (worker === mine) stop(mine.ready ? "broken" : "network", event.message);
    };
    mine.onmessage = ({ data }) => {
      if (worker !== mine) return;
      if (!mine.ready) listen(data);
      if (data.event === "progress" || data.event === "starting") progress(data);
      else if (data.event === "ready") {
        clearTimeout(silence);
        mine.ready = true;
        resolve();
      } else if (data.event === "failed") stop(data.reason, data.message);
      else if (data.event === "broken") stop("broken", data.message);
      else if (data.event === "end") {
        const done = job;
        job = null;
        done?.end();
      } else job?.tell(data);
    };
    listen();
  });
  ready.catch(() => {});
  return ready;
}

// Runs a job, and tells of what happens on the way. Rejects with a `reason` where Python was ended.
export async function run(what, { loading, tell }) {
  if (job) throw fault("busy");
  let end, fail;
  const ended = new Promise((resolve, reject) => ([end, fail] = [resolve, reject]));
  ended.catch(() => {});
  job = { tell, end, fail };
  progress = loading;
  const mine = job;
  try {
    await (ready ?? start());
  } catch (error) {
    if (job === mine) job = null;
    throw error;
  }
  if (job === mine) {
    worker.postMessage(JSON.stringify(what));
    tell({ event: "sent" });
  }
  return ended;
}
