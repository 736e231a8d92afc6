// <book-descent rate="1" steps="10000">: gradient descent on the loss of a neuron that shall learn OR, over its
// one shared weight and its bias, as in snippets/differentiation.py.

import { Explorable, html, spread, text } from "./figure.js";
import { sliced } from "./functions.js";
import { OR } from "./registry.js";

const [sigmoid, slope] = sliced("sigmoid");
const ROWS = OR.inputs.map(([x1, x2], row) => [x1 + x2, OR.targets[row]]); // both weights are w

// Loss and gradient of each neuron, over w and b: half the squared error, summed for the sigmoid and
// averaged for the linear neuron, as the chapter has them.
export const NEURONS = {
  sigmoid: {
    title: "Sigmoid neuron",
    loss: (w, b) => ROWS.reduce((sum, [s, y]) => sum + (sigmoid(s * w + b) - y) ** 2, 0) / 2,
    gradient: (w, b) =>
      ROWS.reduce(
        ([dw, db], [s, y]) => {
          const z = s * w + b;
          const delta = (sigmoid(z) - y) * slope(z);
          return [dw + s * delta, db + delta];
        },
        [0, 0],
      ),
    view: [[-2, 11.5], [-6, 2]],
    levels: [0.003, 0.03, 0.1, 0.3, 0.6, 1],
    lowest: 0,
  },
  linear: {
    title: "Linear neuron",
    loss: (w, b) => ROWS.reduce((sum, [s, y]) => sum + (s * w + b - y) ** 2, 0) / 8,
    gradient: (w, b) =>
      ROWS.reduce(([dw, db], [s, y]) => [dw + (s * (s * w + b - y)) / 4, db + (s * w + b - y) / 4], [0, 0]),
    view: [[-2.2, 3], [-1.4, 1.9]],
    levels: [0.05, 0.1, 0.2, 0.5, 1, 2],
    lowest: 1 / 32, // at w = 1/2, b = 1/4
  },
};
// Its largest curvature is (5 + √17) / 4, the larger eigenvalue of the Hessian.
export const LIMIT = 8 / (5 + Math.sqrt(17));

export function descend(neuron, rate, steps, w, b) {
  const path = [[w, b]];
  for (let k = 0; k < steps; k += 1) {
    const [dw, db] = NEURONS[neuron].gradient(w, b);
    [w, b] = [w - rate * dw, b - rate * db];
    path.push([w, b]);
  }
  return path;
}

const RATES = spread(0.01, 100, 241, true).map((rate) => Number(rate.toPrecision(2))).filter((r, n, all) => all.indexOf(r) === n);
const STEPS = [...spread(0, 50, 51), ...spread(50, 10000, 150, true).map(Math.round)].filter((k, n, all) => all.indexOf(k) === n);
const tenths = (low, high) => spread(low, high, Math.round((high - low) * 10) + 1).map((v) => Math.round(v * 10) / 10);
const MARKS = [10, 100, 1000, 10000];
const PRESETS = [["Crawl", 0.01], ["Converge", 0.4], ["Oscillate", 0.83], ["Diverge", 0.9]]; // of the linear neuron

class Descent extends Explorable {
  static title = "Gradient descent on the loss of a neuron that learns OR";

  build() {
    this.map = this.plot("The loss over weight and bias, with the path of gradient descent", { range: [0, 1], label: "shared weight w" }, { range: [0, 1], label: "bias b" }, { square: true });
    this.contours = this.map.path("contour");
    this.way = this.map.path("curve orange");
    this.levels = Array.from({ length: 6 }, () => this.map.label("level"));
    this.marks = MARKS.map((k) => [this.map.point("orange"), this.map.label("", text(k, 5))]);
    this.end = this.map.point("orange");
    this.from = this.map.point("", true);
    this.drag(this.map, this.from, (w, b) => {
      this.change("w", Math.round(w * 10) / 10);
      this.change("b", Math.round(b * 10) / 10);
    });
    this.chart = this.plot("Loss against steps", { range: [0, 1], label: "step" }, { range: [1e-5, 100], label: "loss L", log: true });
    this.fall = this.chart.path("curve orange");

    this.choice("neuron", "Neuron", Object.entries(NEURONS).map(([name, { title }]) => [name, title]), "sigmoid");
    this.fields.get("neuron").row.classList.add("wide");
    this.slider("rate", "Learning rate", RATES, 1);
    this.slider("steps", "Steps", STEPS, 10000, { whole: true, digits: 5 });
    this.slider("w", "Start: w", tenths(-2, 11.5), -1);
    this.slider("b", "Start: b", tenths(-6, 2), 0.5);
    const buttons = html("div", { className: "buttons wide" });
    this.tools.append(buttons);
    this.playButton((stride) => this.advance(stride), buttons);
    for (const [words, rate] of PRESETS) {
      this.button(words, () => this.set({ neuron: "linear", rate, steps: 40, w: -1, b: 0.5 }), buttons);
    }
    this.follow("neuron");
  }

  set(state) {
    this.pause();
    Object.assign(this.state, state);
    this.follow("neuron");
    this.show();
    this.settle();
  }

  advance(stride) {
    this.upTo ??= this.state.steps || STEPS.at(-1); // where the reader's slider stands
    const from = this.running ? this.state.steps : 0;
    this.running = true;
    const next = STEPS[Math.min(STEPS.findIndex((k) => k > from) + stride - 1, STEPS.length - 1)];
    this.state.steps = Math.min(next ?? this.upTo, this.upTo);
    return this.state.steps < this.upTo;
  }

  pause() {
    this.running = false;
    this.upTo = undefined;
    super.pause();
  }

  follow(key) {
    if (key !== "neuron") return;
    this.neuron = NEURONS[this.state.neuron];
    [this.map.x.range, this.map.y.range] = this.neuron.view;
    if (this.map.width) this.map.resize(this.map.width, this.map.height);
    this.surface = "";
  }

  path() {
    const { neuron, rate, steps, w, b } = this.state;
    const key = [neuron, rate, w, b].join(" ");
    // A longer path begins with the shorter one.
    if (this.key !== key || this.walked.length <= steps) {
      this.walked = descend(neuron, rate, steps, w, b);
      this.key = key;
    }
    return this.walked.slice(0, steps + 1);
  }

  draw() {
    this.drawSurface();
    const { map, chart, neuron } = this;
    const { steps, w, b } = this.state;
    const path = this.path();
    // All of the first steps, where it may jump; then ever fewer, where it can only slide.
    const shown = path.map((_, k) => k).filter((k) => k <= 400 || k === steps || k % Math.ceil(k / 100) === 0);
    this.way.setAttribute("d", map.line(shown.map((k) => path[k][0]), shown.map((k) => path[k][1])));
    map.move(this.from, w, b);
    map.move(this.end, ...path[steps]);
    MARKS.forEach((k, n) => {
      const [point, name] = this.marks[n];
      const there = k <= steps && this.state.neuron === "sigmoid" && path[k].every(Number.isFinite);
      map.move(point, ...(there ? path[k] : [NaN, NaN]));
      name.setAttribute("visibility", there ? "visible" : "hidden");
      if (!there) return;
      name.setAttribute("x", map.X(path[k][0]) + 6);
      name.setAttribute("y", map.Y(path[k][1]) - 8);
    });
    if (chart.x.range[1] !== Math.max(steps, 1)) {
      chart.x.range = [0, Math.max(steps, 1)];
      chart.resize(chart.width, chart.height);
    }
    this.fall.setAttribute("d", chart.line(shown, shown.map((k) => Math.max(neuron.loss(...path[k]), 1e-99))));
  }

  // Lines of equal loss, cell by cell: where two neighbours lie on different sides of a level, the line
  // passes between them.
  drawSurface() {
    const { map, neuron } = this;
    const drawn = `${this.state.neuron} ${map.width} ${map.height}`;
    if (this.surface === drawn) return;
    this.surface = drawn;
    const [ws, bs] = map.shown.map(([low, high]) => spread(low, high, 61));
    const heights = bs.map((b) => ws.map((w) => neuron.loss(w, b)));
    const between = (a, b, level) => (level - a) / (b - a);
    let d = "";
    neuron.levels.forEach((level, n) => {
      for (let i = 0; i + 1 < bs.length; i += 1) {
        for (let j = 0; j + 1 < ws.length; j += 1) {
          const cell = [[i, j], [i, j + 1], [i + 1, j + 1], [i + 1, j]];
          const cuts = [];
          cell.forEach(([p, q], side) => {
            const [r, s] = cell[(side + 1) % 4];
            const [here, there] = [heights[p][q], heights[r][s]];
            if (here > level === there > level) return;
            const t = between(here, there, level);
            cuts.push([ws[q] + t * (ws[s] - ws[q]), bs[p] + t * (bs[r] - bs[p])]);
          });
          for (let c = 0; c + 1 < cuts.length; c += 2) d += map.line(cuts.slice(c, c + 2).map(([w]) => w), cuts.slice(c, c + 2).map(([, b]) => b));
        }
      }
      this.nameLevel(n, level, ws, bs, heights);
    });
    this.contours.setAttribute("d", d);
  }

  // Its loss, where a line leaves the plot at the right, or failing that at the top.
  nameLevel(n, level, ws, bs, heights) {
    const name = this.levels[n];
    const right = bs.findIndex((_, i) => i > 0 && heights[i].at(-1) > level !== heights[i - 1].at(-1) > level);
    const top = ws.findIndex((_, j) => j > 0 && heights.at(-1)[j] > level !== heights.at(-1)[j - 1] > level);
    const at = right > 0 ? [this.map.X(ws.at(-1)) - 4, this.map.Y(bs[right]) + 4] : top > 0 ? [this.map.X(ws[top]), this.map.Y(bs.at(-1)) + 14] : null;
    name.textContent = at ? text(level) : "";
    if (!at) return;
    name.setAttribute("text-anchor", right > 0 ? "end" : "middle");
    name.setAttribute("x", at[0]);
    name.setAttribute("y", at[1]);
  }

  told() {
    const { neuron, rate, steps } = this.state;
    const losses = this.path().map(([w, b]) => this.neuron.loss(w, b));
    const [first, last] = [losses[0], losses[steps]];
    const said = `${this.neuron.title}, learning rate ${text(rate)}, ${text(steps, 5)} steps: loss from ${text(first)} to ${text(last)}.`;
    const limit = neuron === "linear" ? ` Above ${text(LIMIT)} it diverges.` : "";
    return `${said} ${this.verdict(losses, first, last)}${limit}`;
  }

  verdict(losses, first, last) {
    const rises = losses.filter((loss, k) => k > 0 && loss > losses[k - 1]).length;
    if (losses.length === 1) return "No step yet.";
    if (!Number.isFinite(last)) return "It has diverged: the numbers no longer fit.";
    if (last > first) return rises > losses.length / 2 ? "It diverges: each step overshoots." : "The end is worse than the start.";
    if (rises) return `It overshoots: the loss rose in ${text(rises, 5)} of the steps.`;
    const share = (first - last) / (first - this.neuron.lowest);
    const [dw, db] = this.neuron.gradient(...this.walked[this.state.steps]);
    if (share < 0.9 && Math.hypot(dw, db) < 1e-4) return "It is stuck on a plateau: the slope there is nearly 0.";
    if (share < 0.98) return `It crawls: ${Math.round(100 * share)} % of the way down.`;
    return `It converges: ${share > 0.995 ? "over 99" : Math.round(100 * share)} % of the way down.`;
  }
}

customElements.define("book-descent", Descent);
