//# allFunctionsCalledOnLoad
// <book-or-run rule="as-printed" update="0">: the run of snippets/or_gate.py, from its first update to its last. Data,
// start, rate and what the source notes print come from the snippets; the tests hold each run against Python's.

import { Explorable, axis, define, fixed, html, set, stops, text, thinning, within } from "./figure.js";
import { sigmoid } from "./functions.js";
import { OR } from "./registry.js";

const RULES = ["as-printed", "squared-error", "cross-entropy"];

// The way of w1, w2 and b: three numbers after each update, one behind the other. All of it in one loop, nearly
// without calls: it is fast before it is compiled.
export function train(rule, updates) {
  const path = new Float64Array(3 * (updates + 1));
  const { exp } = Math;
  const { targets, rate, start } = OR;
  const xs = new Float64Array(OR.inputs.flat());
  const printed = rule === "as-printed"; // the slip of the notes: their slope wants z, and gets a
  const cross = rule === "cross-entropy";
  path.set(start);
  let [w1, w2, b] = start;
  for (let k = 3; k < path.length; k += 3) {
    let d1 = 0;
    let d2 = 0;
    let d = 0;
    for (let row = 0; row < 4; row += 1) {
      const x1 = xs[2 * row];
      const x2 = xs[2 * row + 1];
      const z = x1 * w1 + x2 * w2 + b;
      let e = exp(z < 0 ? z : -z);
      const a = (z < 0 ? e : 1) / (1 + e);
      let delta = a - targets[row]; // the gradient of cross-entropy with respect to z
      if (!cross) {
        if (printed) e = exp(-a);
        delta *= e / (1 + e * (2 + e));
      }
      d1 += x1 * delta;
      d2 += x2 * delta;
      d += delta;
    }
    path[k] = w1 -= rate * d1;
    path[k + 1] = w2 -= rate * d2;
    path[k + 2] = b -= rate * d;
  }
  return path;
}

export const outputs = (p) => OR.inputs.map((x) => sigmoid(x[0] * p[0] + x[1] * p[1] + p[2])); // p: w1, w2, b

export function loss(a) {
  return a.reduce((sum, one, row) => sum + (one - OR.targets[row]) ** 2, 0) / 2;
}

export function errorSum(a) {
  return a.reduce((sum, one, row) => sum + (one - OR.targets[row]), 0);
}

const TITLES = {
  "as-printed": "As printed, slope taken at a",
  fresh: "Fresh: the printed loop, once",
  "squared-error": "Squared error, slope taken at z",
  "cross-entropy": "Cross-entropy",
};
const COLOURS = { "as-printed": "blue", fresh: "blue", "squared-error": "orange", "cross-entropy": "green" };
// Where the slider stops: at each update while much happens, then less often. Buttons and the number
// field reach the others.
const STOPS = [...stops(0, 100), ...stops(110, OR.loop, 10), ...stops(OR.loop + 10, OR.updates, 50)];
const count = (k) => text(k, 6);
const ROWS = OR.inputs.map(([x1, x2]) => `(${x1}, ${x2})`);
const ORDINARY = 8; // digits shown, as many as the notes print of weights and outputs
const EXACT = 1e-14; // as far as the printed sums have digits

class OrRun extends Explorable {
  static title = "One neuron learns OR, update by update";

  build() {
    this.drawn = "";
    this.paths = {}; // each rule's way, walked when it is first asked for
    this.buildPlane();
    this.buildChart();
    this.buildTools();
    this.buildTable();
  }

  buildPlane() {
    this.plane = this.plot("The plane of the two inputs, with the boundary of the neuron", axis("input x₁", -0.35, 1.35), axis("input x₂", -0.35, 1.35), true);
    this.area = this.plane.path("fill");
    this.edge = this.plane.path("curve");
    this.corners = OR.targets.map((target) => this.plane.point(target ? "" : "hollow"));
    this.names = OR.targets.map(() => this.plane.label(""));
    this.side = this.plane.label("", "output above ½");
  }

  buildChart() {
    this.chart = this.plot(
      "Loss and size of the sum of errors against updates, both logarithmic",
      axis("updates made", 1, OR.updates, true),
      axis("", 1e-5, 1, true),
    );
    this.marks = [OR.loop, OR.before].map(() => this.chart.path("guide"));
    this.others = RULES.map((name) => [name, this.chart.path("contour")]);
    this.sum = this.chart.path("curve purple dashed");
    this.curve = this.chart.path("curve");
    this.cursor = this.chart.path("tangent");
    this.markNames = ["printed loop ends", "printout starts"].map((words) => this.chart.label("", words));
    this.curveNames = [this.chart.label("", "loss"), this.chart.label("purple", "|sum of errors|")];
    this.now = this.chart.point("");
    this.drag(this.chart, this.chart.svg, "update");
  }

  buildTools() {
    this.choice("rule", "Gradient", Object.entries(TITLES), "as-printed", true);
    this.slider("update", "Updates made", STOPS, 0, true);
    const field = this.fields.get("update");
    this.exact = html("input", { type: "number", min: 0, max: OR.updates, inputMode: "numeric" });
    set(this.exact, { "aria-label": "Updates made, exactly" });
    this.listen(this.exact, "change", () => {
      const asked = field.read(this.exact.value.trim());
      if (asked === undefined) this.note.textContent = `Updates made must be ${field.rule}.`;
      else this.change("update", asked);
      this.exact.value = this.state.update;
    });
    field.row.querySelector(".value").replaceWith(this.exact);
    const slide = field.show;
    field.show = (value) => {
      slide(value);
      this.exact.value = value;
    };
    const buttons = this.buttons();
    const button = (words, name, update) => {
      set(this.button(words, () => this.change("update", update()), buttons), { "aria-label": name });
    };
    this.playButton("update", () => this.last(), buttons);
    button("− 1", "− 1: one update back", () => this.state.update - 1);
    button("+ 1", "+ 1: one update on", () => this.state.update + 1);
    for (const k of [0, OR.loop, OR.before, OR.updates]) button(count(k), `To update ${count(k)}`, () => k);
  }

  buildTable() {
    const head = (words, scope) => Object.assign(html("th", { scope }, words));
    const names = ["w₁", "w₂", "b", ...ROWS.map((row) => `a ${row}`), "loss", "error sum"];
    this.cells = names.map(() => [html("td"), html("td")]);
    const rows = names.map((name, n) => html("tr", {}, head(name, "row"), ...this.cells[n]));
    const top = html("tr", {}, head("", "col"), head("here", "col"), head("notes", "col"));
    top.cells[0].append(html("span", { className: "sr" }, "quantity"));
    const table = html("table", {}, html("caption", { className: "sr" }, "The neuron at this update"), html("thead", {}, top), html("tbody", {}, ...rows));
    this.shown.before(table);
  }

  last() {
    return this.state.rule === "fresh" ? OR.loop : OR.updates;
  }

  // No rule has updates before the first, or after its last.
  follow() {
    this.state.update = within(this.state.update, 0, this.last());
  }

  at(k, rule = this.state.rule) {
    const name = rule === "fresh" ? "as-printed" : rule; // the same updates; only the end differs
    this.paths[name] ??= train(name, OR.updates);
    return this.paths[name].subarray(3 * k, 3 * k + 3);
  }

  draw() {
    const { plane, state } = this;
    const [w1, w2, b] = this.at(state.update);
    const a = outputs([w1, w2, b]);
    plane.half(this.area, this.edge, w1, w2, b);
    set(this.edge, { class: `curve ${COLOURS[state.rule]}` });
    OR.inputs.forEach(([x1, x2], row) => {
      plane.move(this.corners[row], x1, x2);
      const right = a[row] > 0.5 === OR.targets[row] > 0.5;
      this.names[row].textContent = `${fixed(a[row], 3)}${right ? "" : " ✗"}`;
      plane.write(this.names[row], plane.X(x1) + (x1 ? 10 : -10), plane.Y(x2) + 5, x1 ? "start" : "end");
    });
    plane.write(this.side, plane.X(0.5), plane.Y(0.62), "middle");
    this.drawChart(a);
    this.fillTable([w1, w2, b, ...a], loss(a), errorSum(a));
  }

  drawChart(a) {
    const { chart, state } = this;
    const trace = (path, rule, last = OR.updates) => {
      const ks = thinning(last, 90).slice(1);
      const all = ks.map((k) => outputs(this.at(k, rule)));
      chart.trace(path, ks, all.map(loss));
      return [ks, all];
    };
    // The curves change with the rule and the width only; the cursor with each update.
    const drawn = `${state.rule} ${chart.width} ${chart.height}`;
    if (this.drawn !== drawn) {
      this.drawn = drawn;
      // The lines of the other rules come when this one is on the screen.
      this.others.forEach(([name, path], n) => this.later(() => {
        if (this.drawn === drawn) trace(path, name);
      }, 100 * (n + 1)));
      const [ks, all] = trace(this.curve, state.rule, this.last());
      set(this.curve, { class: `curve ${COLOURS[state.rule]}` });
      chart.trace(this.sum, ks, all.map((a) => Math.abs(errorSum(a))));
      const named = [loss, errorSum].map((of) => Math.abs(of(outputs(this.at(2)))));
      this.curveNames.forEach((name, n) => chart.write(name, chart.X(2), chart.Y(named[n]) + (n ? -7 : 17)));
      [OR.loop, OR.before].forEach((k, n) => {
        chart.trace(this.marks[n], [k, k], chart.y.range);
        chart.write(this.markNames[n], chart.X(k) - 4, chart.Y(1e-5) - (n ? 6 : 22), "end");
      });
    }
    const k = Math.max(state.update, 1);
    chart.trace(this.cursor, [k, k], chart.y.range);
    chart.move(this.now, k, loss(a));
  }

  // The printed numbers stand beside ours where the notes print them.
  printed() {
    const { rule, update } = this.state;
    if (update === 0) return [...OR.start];
    if (rule !== "as-printed") return [];
    const line = update - OR.before;
    if (line >= 0 && line < OR.printed.sums.length) return [...Array(8), OR.printed.sums[line]];
    return update === OR.updates ? [...OR.printed.parameters, ...OR.printed.outputs] : [];
  }

  fillTable(values, lossNow, sumNow) {
    const printed = this.printed();
    [...values, lossNow, sumNow].forEach((value, n) => {
      const [ours, theirs] = this.cells[n];
      const shown = (v) => (n < 7 ? fixed(v, ORDINARY) : text(v, ORDINARY));
      ours.textContent = shown(value);
      theirs.textContent = printed[n] === undefined || printed[n] === null ? "" : shown(printed[n]);
    });
  }

  told() {
    const { rule, update } = this.state;
    const parameters = this.at(update);
    const a = outputs(parameters);
    const right = a.filter((one, row) => one > 0.5 === OR.targets[row] > 0.5).length;
    const said = `${TITLES[rule].split(/[,:]/)[0]}, ${count(update)} updates made: loss ${text(loss(a))}, sum of errors ${text(errorSum(a))}; ${right} of 4 rows right.`;
    return `${said} ${this.remark([...parameters, ...a], errorSum(a))}`.trim();
  }

  remark(values, sum) {
    const { rule, update } = this.state;
    const printed = this.printed();
    const line = update - OR.before;
    if (update === 0) return "The start that the notes set.";
    if (printed.length === 9) {
      const agrees = Math.abs(sum - printed[8]) < EXACT;
      return agrees ? `The notes print this sum: line ${line + 1} of the ${OR.printed.sums.length} they show.` : "";
    }
    if (printed.length) {
      const agrees = printed.every((p, n) => p === null || fixed(p, ORDINARY) === fixed(values[n], ORDINARY));
      return agrees ? `Weights, bias and outputs as the notes print them, in all ${ORDINARY} decimals.` : "";
    }
    if (update === OR.loop && rule === "fresh") return "The loop on the page is done: a fresh run ends here.";
    if (update === OR.loop && rule === "as-printed") return "The loop on the page would end here.";
    return "";
  }
}

define("book-or-run", OrRun);
