// A number that the code gave tells where it comes from: on hover, on focus, on tap.
// Without this script a number is plain text.

let note = null; // the one note on the page, and the number it belongs to
let owner = null;

function close() {
  if (!note) return;
  note.remove();
  owner.setAttribute("aria-expanded", "false");
  note = owner = null;
}

function open(number) {
  if (owner === number) return;
  close();
  owner = number;
  note = document.createElement("span");
  note.className = "number-note";
  note.setAttribute("role", "note");
  const link = document.createElement("a");
  link.href = number.dataset.source;
  link.textContent = "see the line";
  const code = document.createElement("code");
  code.textContent = number.dataset.expression;
  note.append(code, ` = ${number.value} `, link);
  // Right behind the number, so that the next Tab reaches the link; placed over the text, so that
  // nothing moves.
  number.after(note);
  number.setAttribute("aria-expanded", "true");
  const parent = note.offsetParent || document.body;
  const frame = parent.getBoundingClientRect();
  const box = number.getBoundingClientRect();
  const width = note.offsetWidth;
  const left = Math.min(Math.max(box.left, 8), document.documentElement.clientWidth - width - 8);
  note.style.left = `${left - frame.left + parent.scrollLeft}px`;
  note.style.top = `${box.bottom - frame.top + parent.scrollTop}px`;
}

function numberOf(event) {
  return event.target instanceof Element ? event.target.closest("data[data-expression]") : null;
}

function inNote(node) {
  return note !== null && node instanceof Node && note.contains(node);
}

function start() {
  note = owner = null; // it went with the page that it was on
  for (const number of document.querySelectorAll("data[data-expression]:not([tabindex])")) {
    number.tabIndex = 0;
    number.setAttribute("role", "button");
    number.setAttribute("aria-expanded", "false");
    number.setAttribute("aria-description", "computed: press for its source");
  }
}

document.addEventListener("pointerover", (event) => {
  const number = numberOf(event);
  if (number && event.pointerType === "mouse") open(number);
});
document.addEventListener("pointerout", (event) => {
  if (event.pointerType !== "mouse" || !note) return;
  const to = event.relatedTarget;
  if (inNote(to) || (to instanceof Node && owner.contains(to)) || document.activeElement === owner) return;
  if (numberOf(event) === owner || inNote(event.target)) close();
});
document.addEventListener("focusin", (event) => {
  const number = numberOf(event);
  if (number) open(number);
  else if (!inNote(event.target)) close();
});
document.addEventListener("click", (event) => {
  const number = numberOf(event);
  if (number) open(number);
  else if (!inNote(event.target)) close();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && note) {
    const back = owner;
    const inside = inNote(document.activeElement);
    close();
    if (inside) {
      back.focus();
      close();
    }
  } else if ((event.key === "Enter" || event.key === " ") && numberOf(event)) {
    event.preventDefault();
    if (owner) close();
    else open(numberOf(event));
  }
});

document.addEventListener("book:page", start);
start();
