//# allFunctionsCalledOnLoad
// <book-descent rate="1" steps="10000">: gradient descent on the loss of a neuron that shall learn OR, over its
// one shared weight and its bias, as in snippets/differentiation.py.

import { Explorable, axis, define, set, spread, stops, text, thinning, tspan } from "./figure.js";

// The loss is half the squared error, summed for the sigmoid and averaged for the linear neuron, as the chapter
// has them.
export const NEURONS = {
  sigmoid: {
    title: "Sigmoid neuron",
    linear: false,
    share: 1,
    view: [[-6, 2], [-2, 11.5]], // b, w
    levels: [0.003, 0.03, 0.1, 0.3, 0.6, 1],
    lowest: 0,
  },
  linear: {
    title: "Linear neuron",
    linear: true,
    share: 1 / 4,
    view: [[-1.4, 1.9], [-2.2, 3]],
    levels: [0.05, 0.1, 0.2, 0.5, 1, 2],
    lowest: 1 / 32, // at w = 1/2, b = 1/4
  },
};
// Its largest curvature is (5 + √17) / 4, the larger eigenvalue of the Hessian.
export const LIMIT = 8 / (5 + Math.sqrt(17));

// The loss of a neuron at each point of a path, w and b in turn. Under a learning rate each next point is the
// step of gradient descent from the one before. All of it in one loop, nearly without calls: it is fast before
// it is compiled.
function along({ linear, share }, path, rate) {
  const { exp } = Math;
  const losses = new Float64Array(path.length / 2);
  for (let k = 0; k < path.length; k += 2) {
    const w = path[k];
    const b = path[k + 1];
    let loss = 0;
    let dw = 0;
    let db = 0;
    // Both weights are w, so only the sum s of the inputs counts. It is 0 once, 1 twice and 2 once; OR is 0 at 0 only.
    for (let s = 0; s < 3; s += 1) {
      const z = s * w + b;
      const e = linear ? 0 : exp(z < 0 ? z : -z);
      const error = (linear ? z : (z < 0 ? e : 1) / (1 + e)) - (s ? 1 : 0);
      const part = s === 1 ? 2 * share * error : share * error;
      const delta = linear ? part : (part * e) / (1 + e) / (1 + e);
      loss += (part * error) / 2;
      dw += s * delta;
      db += delta;
    }
    losses[k / 2] = loss;
    if (rate) {
      path[k + 2] = w - rate * dw; // behind the end it is lost
      path[k + 3] = b - rate * db;
    }
  }
  return losses;
}

// All points on the way, w and b in turn, and the loss at each.
export function descend(neuron, rate, steps, w, b) {
  const path = new Float64Array(2 * steps + 2);
  path.set([w, b]);
  return { path, losses: along(NEURONS[neuron], path, rate) };
}

const SIDE = 41; // points of the grid that contours are drawn from, each way
const RATES = [...new Set(spread(0.01, 100, 241, true).map((rate) => Number(rate.toPrecision(2))))];
const STEPS = thinning(10000, 150);
const START_W = stops(-2, 11.5, 0.1);
const START_B = stops(-6, 2, 0.1);
const MARKS = [10, 100, 1000, 10000];
const PRESETS = [["Crawl", 0.01], ["Converge", 0.4], ["Oscillate", 0.83], ["Diverge", 0.9]]; // of the linear neuron

class Descent extends Explorable {
  static title = "Gradient descent on the loss of a neuron that learns OR";

  build() {
    this.surface = undefined;
    this.map = this.plot("The loss over weight and bias, with the path of gradient descent", axis("shared weight w", 0, 1), axis("bias b", 0, 1), true);
    this.contours = this.map.path("contour");
    this.way = this.map.path("curve orange");
    this.levels = this.map.label("");
    this.marks = MARKS.map((k) => [this.map.point("orange"), this.map.label("", text(k, 5))]);
    this.end = this.map.point("orange");
    this.from = this.map.point("", true);
    this.drag(this.map, this.from, "w", "b");
    this.chart = this.plot("Loss against steps", axis("step", 0, 1), axis("loss L", 1e-5, 100, true));
    this.fall = this.chart.path("curve orange");

    this.choice("neuron", "Neuron", Object.entries(NEURONS).map(([name, { title }]) => [name, title]), "sigmoid", true);
    this.slider("rate", "Learning rate", RATES, 1);
    this.slider("steps", "Steps", STEPS, 10000);
    this.slider("w", "Start: w", START_W, -1);
    this.slider("b", "Start: b", START_B, 0.5);
    const buttons = this.buttons();
    this.playButton("steps", () => this.state.steps || STEPS.at(-1), buttons); // as far as the reader's slider stands
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

  follow(key) {
    if (key !== "neuron") return;
    this.neuron = NEURONS[this.state.neuron];
    this.map.scale(...this.neuron.view);
  }

  // A longer path begins with the shorter one: it is walked once.
  walk() {
    const { neuron, rate, steps, w, b } = this.state;
    const far = Math.max(steps, (this.made?.losses.length ?? 0) - 1);
    return this.kept([neuron, rate, w, b, far], () => descend(neuron, rate, far, w, b));
  }

  draw() {
    this.drawSurface();
    const { map, chart } = this;
    const { steps, w, b } = this.state;
    const { path, losses } = this.walk();
    // All of the first steps; then ever fewer, an odd number on, so that what jumps to and fro is seen to.
    const shown = [];
    for (let k = 0; k < steps; k += k < 60 ? 1 : 2 * Math.ceil(k / 60) + 1) shown.push(k);
    shown.push(steps);
    map.trace(this.way, shown.map((k) => path[2 * k]), shown.map((k) => path[2 * k + 1]));
    map.move(this.from, w, b);
    map.move(this.end, path[2 * steps], path[2 * steps + 1]);
    MARKS.forEach((k, n) => {
      const [point, name] = this.marks[n];
      const there = k <= steps && this.state.neuron === "sigmoid";
      const [x, y] = there ? path.subarray(2 * k) : [NaN, NaN];
      map.move(point, x, y);
      map.write(name, map.X(x) + 6, map.Y(y) - 8);
    });
    chart.scale(chart.y.range, [0, Math.max(steps, 1)]);
    chart.trace(this.fall, shown, shown.map((k) => Math.max(losses[k], 1e-99)));
  }

  // Lines of equal loss, cell by cell of a grid. A line passes where neighbours are above different numbers of
  // the levels.
  drawSurface() {
    const { map, neuron } = this;
    const { levels } = neuron;
    const drawn = `${this.state.neuron} ${map.width} ${map.height}`;
    if (this.surface === drawn) return;
    this.surface = drawn;
    const [ws, bs] = map.shown.map(([low, high]) => spread(low, high, SIDE));
    const [xs, ys] = [ws.map(map.X), bs.map(map.Y)];
    const points = new Float64Array(bs.flatMap((b) => ws.flatMap((w) => [w, b])));
    const heights = along(neuron, points, 0);
    const above = new Uint8Array(heights.length);
    for (let k = 0; k < heights.length; k += 1) {
      while (heights[k] > levels[above[k]]) above[k] += 1;
    }
    let d = "";
    for (let k = 0; k < heights.length - SIDE; k += 1) {
      const up = k + SIDE;
      if (above[k] === above[up] && above[k] === above[k + 1] && above[k] === above[up + 1]) continue;
      if (up % SIDE === SIDE - 1) continue; // no cell begins at the right edge
      const corners = [k, k + 1, up + 1, up, k];
      for (let n = 0; n < levels.length; n += 1) {
        let pen = "M";
        for (let side = 0; side < 4; side += 1) {
          const from = corners[side];
          const to = corners[side + 1];
          if (above[from] > n === above[to] > n) continue;
          const share = (levels[n] - heights[from]) / (heights[to] - heights[from]);
          const x = xs[from % SIDE] + share * (xs[to % SIDE] - xs[from % SIDE]);
          const y = ys[(from / SIDE) | 0] + share * (ys[(to / SIDE) | 0] - ys[(from / SIDE) | 0]);
          d += pen + x.toFixed(1) + " " + y.toFixed(1);
          pen = pen === "M" ? "L" : "M";
        }
      }
    }
    set(this.contours, { d });
    const named = levels.map((level, n) => {
      // Its loss, where a line leaves the plot at the right, or failing that at the top.
      const crossed = (from, by) => ws.findIndex((_, k) => k && above[from + k * by] > n !== above[from + (k - 1) * by] > n);
      const right = crossed(SIDE - 1, SIDE);
      const top = crossed(heights.length - SIDE, 1);
      if (right > 0) return tspan(xs.at(-1) - 4, ys[right] + 4, "end", text(level));
      return top > 0 ? tspan(xs[top], ys.at(-1) + 14, "middle", text(level)) : "";
    });
    this.levels.replaceChildren(...named);
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
    for (let k = 1, before = first; k <= steps; k += 1) {
      if (losses[k] > before) rises += 1;
      before = losses[k];
    }
    if (steps === 0) return "No step yet.";
    if (!(last < Infinity)) return "It has diverged: the numbers no longer fit.";
    if (last > first) return rises > steps / 2 ? "It diverges: each step overshoots." : "The end is worse than the start.";
    if (rises) return `It overshoots: the loss rose in ${text(rises, 5)} of the steps.`;
    const share = (first - last) / (first - this.neuron.lowest);
    const { path } = this.walk();
    const [w, b, nextW, nextB] = descend(this.state.neuron, 1, 1, ...path.slice(2 * steps, 2 * steps + 2)).path;
    if (share < 0.9 && Math.hypot(nextW - w, nextB - b) < 1e-4) return "It is stuck on a plateau: the slope there is nearly 0.";
    if (share < 0.98) return `It crawls: ${Math.round(100 * share)} % of the way down.`;
    return `It converges: ${share > 0.995 ? "over 99" : Math.round(100 * share)} % of the way down.`;
  }
}

define("book-descent", Descent);
