// Run it here: the buttons of each listing. What they do stands in listing.js, which is fetched when one
// is first pressed; Python comes with the first Run, and nothing of either before.

function button(text, name, title) {
  const made = document.createElement("button");
  made.type = "button";
  const more = document.createElement("span");
  more.className = "sr";
  more.textContent = ` ${name}`;
  made.append(text, more);
  if (title) made.title = title;
  return made;
}

async function press(listing, action) {
  const { act } = await import("./listing.js");
  act(listing, action);
}

function addBar(listing, number) {
  const bar = document.createElement("div");
  bar.className = "run-bar";
  const exercise = listing.dataset.run.includes(":start_");
  const actions = ["Run", "Edit", ...(exercise ? ["Check"] : [])];
  for (const text of actions) {
    const made = button(text, exercise && text === "Check" ? "this exercise" : `listing ${number}`);
    made.dataset.does = text.toLowerCase();
    made.addEventListener("click", () => press(listing, made.dataset.does));
    bar.append(made);
  }
  if (listing.dataset.seconds) {
    const note = document.createElement("span");
    note.className = "run-note";
    note.textContent = `about ${listing.dataset.seconds} s`;
    bar.append(note);
  }
  const copy = listing.querySelector(".copy");
  if (copy) bar.append(copy);
  listing.append(bar);
}

function start() {
  const listings = [...document.querySelectorAll("[data-run]")];
  listings.forEach((listing, place) => {
    if (!listing.querySelector(".run-bar")) addBar(listing, place + 1);
  });
  let edited = location.hash.startsWith("#try=");
  try {
    edited ||= localStorage.getItem("book-code") !== null;
  } catch {
    // Storage is switched off: there is nothing to bring back.
  }
  if (edited && listings.length) import("./listing.js").then(({ restore }) => restore());
}

start();
document.addEventListener("book:page", start);
