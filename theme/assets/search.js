// The search: a dialog, and an index that is fetched when it is first opened. Every word must occur
// in a section; the start of a word is enough. A word in a heading counts more than one in the text.

const MOST = 20;
const AROUND = 70; // characters shown before and after the first word found

const dialog = document.getElementById("search");
const input = dialog.querySelector("input");
const status = dialog.querySelector("[role=status]");
const list = dialog.querySelector("ol");
const index = new URL(dialog.dataset.index, location.href); // once: other pages are swapped in under it
let sections = null; // promised once

function plain(html) {
  // Parsed apart from the page: nothing in it is run or loaded.
  return new DOMParser().parseFromString(html, "text/html").body.textContent.replace(/\s+/g, " ").trim();
}

async function load() {
  const answer = await fetch(index);
  if (!answer.ok) throw new Error(answer.statusText);
  const { docs } = await answer.json();
  const titles = new Map(docs.map((doc) => [doc.location, plain(doc.title)]));
  return docs.map((doc) => {
    const [page, anchor] = doc.location.split("#");
    const title = titles.get(doc.location);
    const text = plain(doc.text);
    const chapter = anchor ? titles.get(page) : "";
    return { location: doc.location, title, chapter, text, lowTitle: title.toLowerCase(), low: text.toLowerCase() };
  });
}

// Where `word` begins a word of `text`, or -1.
function find(text, word) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1])) return at;
  }
  return -1;
}

export function rank(all, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const found = [];
  for (const section of all) {
    let score = 0;
    let [first, word] = [Infinity, ""]; // the first place in the text, and the word that is there
    for (const wanted of words) {
      const inTitle = find(section.lowTitle, wanted);
      const inText = find(section.low, wanted);
      if (inTitle < 0 && inText < 0) {
        score = 0;
        break;
      }
      score += (inTitle < 0 ? 0 : 10) + (inText < 0 ? 0 : 1);
      if (inTitle >= 0 && !section.chapter) score += 10; // a chapter before its sections
      if (inText >= 0 && inText < first) [first, word] = [inText, wanted];
    }
    if (score && words.length > 1) {
      const together = words.join(" ");
      if (find(section.lowTitle, together) >= 0) score += 20;
      const at = find(section.low, together);
      if (at >= 0) [score, first, word] = [score + 5, at, together];
    }
    if (score) found.push({ section, score, first, word });
  }
  return found.sort((a, b) => b.score - a.score);
}

function result({ section, first, word }) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = new URL(`../${section.location}`, index);
  link.textContent = section.title;
  item.append(link);
  if (section.chapter) {
    const chapter = document.createElement("span");
    chapter.className = "chapter";
    chapter.textContent = ` ${section.chapter}`;
    item.append(chapter);
  }
  if (first < Infinity) {
    const begin = first < AROUND ? 0 : section.text.indexOf(" ", first - AROUND) + 1;
    const excerpt = document.createElement("p");
    const marked = document.createElement("mark");
    marked.textContent = section.text.slice(first, first + word.length);
    excerpt.append(
      (begin ? "… " : "") + section.text.slice(begin, first),
      marked,
      `${section.text.slice(first + word.length, first + AROUND)} …`,
    );
    item.append(excerpt);
  }
  return item;
}

async function update() {
  const query = input.value.trim();
  let all;
  try {
    sections ??= load();
    all = await sections;
  } catch {
    sections = null;
    status.textContent = "The index of the book could not be loaded. Are you offline?";
    return;
  }
  if (query !== input.value.trim()) return; // typed on, meanwhile
  const found = rank(all, query);
  list.replaceChildren(...found.slice(0, MOST).map(result));
  if (!query) status.textContent = "";
  else if (!found.length) status.textContent = "Nothing found.";
  else if (found.length > MOST) status.textContent = `The best ${MOST} of ${found.length} places`;
  else status.textContent = `${found.length} ${found.length === 1 ? "place" : "places"}`;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-opens=search]")) return;
  dialog.showModal();
  input.focus();
  update();
});
input.addEventListener("input", update);
input.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.preventDefault(); // some browsers would only empty the field
  dialog.close();
});
dialog.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  list.querySelector("a")?.click(); // Enter follows the first result
});
dialog.querySelector("button").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => {
  // A click beside the dialog, or on a link to the page that is open already.
  if (event.target === dialog || event.target.closest("a")) dialog.close();
});
