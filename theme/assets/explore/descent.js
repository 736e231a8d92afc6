// <book-descent rate="1" steps="10000">: gradient descent on the loss of a neuron that shall learn OR, over its
// one shared weight and its bias, as in snippets/differentiation.py.

import { Explorable, html, spread, text } from "./figure.js";
import { sliced } from "./functions.js";
import { OR } from "./registry.js";

const [sigmoid, slope] = sliced("sigmoid");
const SUMS = OR.inputs.map(([x1, x2]) => x1 + x2); // what each row multiplies w by: both weights are w

// Loss, and gradient in `slopes`, of each neuron over w and b: half the squared error, summed for the sigmoid
// and averaged for the linear neuron, as the chapter has them.
const slopes = [0, 0];

function linear(w, b) {
  let loss = 0;
  slopes[0] = slopes[1] = 0;
  for (let row = 0; row < 4; row += 1) {
    const s = SUMS[row];
    const error = s * w + b - OR.targets[row];
    loss += (error * error) / 8;
    slopes[0] += (s * error) / 4;
    slopes[1] += error / 4;
  }
  return loss;
}

function curved(w, b) {
  let loss = 0;
  slopes[0] = slopes[1] = 0;
  for (let row = 0; row < 4; row += 1) {
    const s = SUMS[row];
    const z = s * w + b;
    const error = sigmoid(z) - OR.targets[row];
    const delta = error * slope(z);
    loss += (error * error) / 2;
    slopes[0] += s * delta;
    slopes[1] += delta;
  }
  return loss;
}

export const NEURONS = {
  sigmoid: {
    title: "Sigmoid neuron",
    loss: curved,
    view: [[-2, 11.5], [-6, 2]],
    levels: [0.003, 0.03, 0.1, 0.3, 0.6, 1],
    lowest: 0,
  },
  linear: {
    title: "Linear neuron",
    loss: linear,
    view: [[-2.2, 3], [-1.4, 1.9]],
    levels: [0.05, 0.1, 0.2, 0.5, 1, 2],
    lowest: 1 / 32, // at w = 1/2, b = 1/4
  },
};
// Its largest curvature is (5 + √17) / 4, the larger eigenvalue of the Hessian.
export const LIMIT = 8 / (5 + Math.sqrt(17));

// All points on the way, w and b in turn, and the loss at each.
export function descend(neuron, rate, steps, w, b) {
  const { loss } = NEURONS[neuron];
  const [path, losses] = [new Float64Array(2 * steps + 2), new Float64Array(steps + 1)];
  for (let k = 0; k <= steps; k += 1) {
    path[2 * k] = w;
    path[2 * k + 1] = b;
    losses[k] = loss(w, b);
    w -= rate * slopes[0];
    b -= rate * slopes[1];
  }
  return { path, losses };
}

const RATES = spread(0.01, 100, 241, true).map((rate) => Number(rate.toPrecision(2))).filter((r, n, all) => all.indexOf(r) === n);
const STEPS = [...spread(0, 50, 51), ...spread(50, 10000, 150, true)].map(Math.round).filter((k, n, all) => all.indexOf(k) === n);
const tenths = (low, high) => spread(low, high, Math.round((high - low) * 10) + 1).map((v) => Math.round(v * 10) / 10);
const MARKS = [10, 100, 1000, 10000];
const PRESETS = [["Crawl", 0.01], ["Converge", 0.4], ["Oscillate", 0.83], ["Diverge", 0.9]]; // of the linear neuron

class Descent extends Explorable {
  static title = "Gradient descent on the loss of a neuron that learns OR";

  build() {
    this.surface = undefined;
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
    if (this.surface) this.surface = "";
  }

  // A longer path begins with the shorter one: it is walked once.
  walk() {
    const { neuron, rate, steps, w, b } = this.state;
    const key = [neuron, rate, w, b].join(" ");
    if (this.key !== key || this.walked.losses.length <= steps) {
      this.walked = descend(neuron, rate, steps, w, b);
      this.key = key;
    }
    return this.walked;
  }

  draw() {
    if (this.surface !== undefined) this.drawSurface();
    else {
      this.surface = "";
      this.later(() => this.drawSurface());
    }
    const { map, chart } = this;
    const { steps, w, b } = this.state;
    const { path, losses } = this.walk();
    const at = (k) => [path[2 * k], path[2 * k + 1]];
    // All of the first steps, where it may jump; then ever fewer, where it can only slide.
    const shown = [];
    for (let k = 0; k < steps; k += k < 400 ? 1 : Math.ceil(k / 100)) shown.push(k);
    shown.push(steps);
    this.way.setAttribute("d", map.line(shown.map((k) => path[2 * k]), shown.map((k) => path[2 * k + 1])));
    map.move(this.from, w, b);
    map.move(this.end, ...at(steps));
    MARKS.forEach((k, n) => {
      const [point, name] = this.marks[n];
      const there = k <= steps && this.state.neuron === "sigmoid";
      map.move(point, ...(there ? at(k) : [NaN, NaN]));
      name.setAttribute("visibility", there ? "visible" : "hidden");
      if (!there) return;
      name.setAttribute("x", map.X(path[2 * k]) + 6);
      name.setAttribute("y", map.Y(path[2 * k + 1]) - 8);
    });
    if (chart.x.range[1] !== Math.max(steps, 1)) {
      chart.x.range = [0, Math.max(steps, 1)];
      chart.resize(chart.width, chart.height);
    }
    this.fall.setAttribute("d", chart.line(shown, shown.map((k) => Math.max(losses[k], 1e-99))));
  }

  // Lines of equal loss, cell by cell: where two neighbours lie on different sides of a level, the line
  // passes between them.
  drawSurface() {
    const { map, neuron } = this;
    const drawn = `${this.state.neuron} ${map.width} ${map.height}`;
    if (this.surface === drawn) return;
    this.surface = drawn;
    const [ws, bs] = map.shown.map(([low, high]) => spread(low, high, 49));
    const [xs, ys] = [ws.map((w) => map.X(w)), bs.map((b) => map.Y(b))];
    const heights = bs.map((b) => ws.map((w) => neuron.loss(w, b)));
    const lines = [];
    neuron.levels.forEach((level, n) => {
      for (let i = 0; i + 1 < bs.length; i += 1) {
        for (let j = 0; j + 1 < ws.length; j += 1) {
          const corners = [heights[i][j], heights[i][j + 1], heights[i + 1][j + 1], heights[i + 1][j]];
          const above = corners.filter((height) => height > level).length;
          if (above === 0 || above === 4) continue;
          let pen = "M";
          for (let side = 0; side < 4; side += 1) {
            const [here, there] = [corners[side], corners[(side + 1) % 4]];
            if (here > level === there > level) continue;
            const t = (level - here) / (there - here);
            const x = [xs[j] + t * (xs[j + 1] - xs[j]), xs[j + 1], xs[j + 1] + t * (xs[j] - xs[j + 1]), xs[j]][side];
            const y = [ys[i], ys[i] + t * (ys[i + 1] - ys[i]), ys[i + 1], ys[i + 1] + t * (ys[i] - ys[i + 1])][side];
            lines.push(`${pen}${x.toFixed(1)} ${y.toFixed(1)}`);
            pen = pen === "M" ? "L" : "M";
          }
        }
      }
      this.nameLevel(n, level, ws, bs, heights);
    });
    this.contours.setAttribute("d", lines.join(""));
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
    const { losses } = this.walk();
    const [first, last] = [losses[0], losses[steps]];
    const said = `${this.neuron.title}, learning rate ${text(rate)}, ${text(steps, 5)} steps: loss from ${text(first)} to ${text(last)}.`;
    const limit = neuron === "linear" ? ` Above ${text(LIMIT)} it diverges.` : "";
    return `${said} ${this.verdict(losses, first, last)}${limit}`;
  }

  verdict(losses, first, last) {
    const { steps } = this.state;
    let rises = 0;
    for (let k = 1; k <= steps; k += 1) if (losses[k] > losses[k - 1]) rises += 1;
    if (steps === 0) return "No step yet.";
    if (!Number.isFinite(last)) return "It has diverged: the numbers no longer fit.";
    if (last > first) return rises > steps / 2 ? "It diverges: each step overshoots." : "The end is worse than the start.";
    if (rises) return `It overshoots: the loss rose in ${text(rises, 5)} of the steps.`;
    const share = (first - last) / (first - this.neuron.lowest);
    this.neuron.loss(this.walked.path[2 * steps], this.walked.path[2 * steps + 1]); // and its slopes
    if (share < 0.9 && Math.hypot(...slopes) < 1e-4) return "It is stuck on a plateau: the slope there is nearly 0.";
    if (share < 0.98) return `It crawls: ${Math.round(100 * share)} % of the way down.`;
    return `It converges: ${share > 0.995 ? "over 99" : Math.round(100 * share)} % of the way down.`;
  }
}

customElements.define("book-descent", Descent);
