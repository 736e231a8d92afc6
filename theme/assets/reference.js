// The table of the reference card: filter by a word or a trait, sort by a column. Without this script
// the table stands as it is.

const SHOWN = [
  ["", "all functions"],
  ["monotone", "monotone"],
  ["!monotone", "not monotone"],
  ["bounded", "bounded"],
  ["smooth", "without kinks"],
  ["centred", "with mean 0"],
];

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function field(text, control) {
  control.id = `functions-${text.toLowerCase().replace(" ", "-")}`;
  return element("div", {}, element("label", { htmlFor: control.id, textContent: text }), control);
}

// What a cell is sorted by: the number that it states, or else its text.
function key(row, column) {
  const cell = row.cells[column];
  const data = cell.querySelector("data");
  return data ? Number(data.value) : cell.textContent.trim().toLowerCase();
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en");
}

function startTable(table) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const find = element("input", { type: "search", autocomplete: "off" });
  const show = element("select", {}, ...SHOWN.map(([value, text]) => new Option(text, value)));
  const by = element("select", {}, new Option("book order", ""), ...heads.map((h, n) => new Option(h.textContent, n)));
  const order = element("select", {}, new Option("rising", "1"), new Option("falling", "-1"));
  const told = element("output", {});

  function update() {
    const word = find.value.trim().toLowerCase();
    const trait = show.value.replace("!", "");
    const wanted = !show.value.startsWith("!");
    let count = 0;
    for (const row of rows) {
      const fits = !trait || row.dataset.traits.split(" ").includes(trait) === wanted;
      row.hidden = !(fits && row.cells[0].textContent.toLowerCase().includes(word));
      count += row.hidden ? 0 : 1;
    }
    const sorted = [...rows];
    if (by.value !== "") {
      const sign = Number(order.value);
      sorted.sort((a, b) => sign * compare(key(a, by.value), key(b, by.value)));
    }
    body.append(...sorted);
    heads.forEach((head, n) => {
      if (by.value === String(n)) head.setAttribute("aria-sort", order.value === "1" ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
    told.textContent = `${count} of ${rows.length} functions`;
  }

  const form = element(
    "form",
    { className: "card-tools" },
    field("Find", find),
    field("Show", show),
    field("Sort by", by),
    field("Order", order),
    told,
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", update);
  table.parentElement.before(form);
  update();
}

function start() {
  for (const table of document.querySelectorAll("table.functions")) startTable(table);
}

document.addEventListener("book:page", start);
start();
