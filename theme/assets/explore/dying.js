//# allFunctionsCalledOnLoad
// <book-dying bias="-1">: one ReLU unit on the rows of the chapter, which it should answer with 1. Its bias can be
// pushed down until no row switches it on; training moves it on demand, with or without a leak.

import { Explorable, axis, define, set, stops, text, thinning, within } from "./figure.js";
import { sliced } from "./functions.js";
import { UNIT } from "./unit.js";

const { rows, weights, rate } = UNIT;
const FITTED = 0.01; // the loss that the chapter on Leaky ReLU calls fitted
const LAST = 2000;
const STEPS = thinning(LAST, 120);

// The way of a unit: weights, bias, largest z and loss, before the first step and after each.
export function train(bias, slope, steps) {
  const [f, df] = sliced("leaky_relu", { alpha: slope });
  let [w1, w2, b] = [...weights, bias];
  const path = [];
  for (let k = 0; k <= steps; k += 1) {
    let [d1, d2, d, loss, top] = [0, 0, 0, 0, -Infinity];
    for (const [x1, x2] of rows) {
      const z = x1 * w1 + x2 * w2 + b;
      const error = f(z) - 1;
      const delta = (error * df(z)) / rows.length;
      [d1, d2, d] = [d1 + x1 * delta, d2 + x2 * delta, d + delta];
      loss += error ** 2 / rows.length / 2;
      top = Math.max(top, z);
    }
    path.push({ w1, w2, b, top, loss });
    [w1, w2, b] = [w1 - rate * d1, w2 - rate * d2, b - rate * d];
  }
  return path;
}

class Dying extends Explorable {
  static title = "A ReLU unit that dies and, with a leak, comes back";

  build() {
    this.plane = this.plot("The plane of the two inputs: the rows, and the side on which the unit is active", axis("input x₁", -3.2, 6), axis("input x₂", -3.4, 3.4), true);
    this.area = this.plane.path("fill");
    this.edge = this.plane.path("curve blue");
    this.dots = ["dots", "dots blue"].map((look) => this.plane.path(look));
    this.side = this.plane.label("blue", "active here");
    this.chart = this.plot("Largest pre-activation of all rows against steps of training", axis("steps of training", 0, 10), axis("largest z of all rows", -8, 8));
    this.zero = this.chart.path("guide");
    this.way = this.chart.path("curve orange");
    this.now = this.chart.point("orange");

    this.slider("bias", "Start bias", stops(-8, 3, 0.1), -1);
    this.slider("slope", "Leak (slope)", stops(0, 0.3, 0.01), 0);
    this.slider("steps", "Steps of training", STEPS, 0, true);
    const buttons = this.buttons();
    this.playButton("steps", () => LAST, buttons);
    for (const k of [1, 10, 100]) {
      const more = this.button(`+ ${k}`, () => this.change("steps", Math.min(this.state.steps + k, LAST)), buttons);
      set(more, { "aria-label": `${k} more ${k > 1 ? "steps" : "step"} of training` });
    }
    this.button("Untrained", () => this.change("steps", 0), buttons);
  }

  // Another bias or leak is another run, which starts untrained.
  change(key, value) {
    if (key !== "steps" && this.state[key] !== value) this.state.steps = 0;
    super.change(key, value);
  }

  run() {
    const { bias, slope, steps } = this.state;
    const far = steps > 10 ? LAST : 10; // as far as the chart reaches, and all of it once the training goes on
    return this.kept([bias, slope, far], () => train(bias, slope, far));
  }

  draw() {
    const { plane, chart, state } = this;
    const path = this.run();
    const { w1, w2, b, top } = path[state.steps];
    plane.half(this.area, this.edge, w1, w2, b);
    this.dots.forEach((path, on) => plane.dots(path, rows.filter(([x1, x2]) => x1 * w1 + x2 * w2 + b > 0 === !!on)));
    // Its name a little behind the line, on the active side, as far as that is in the picture.
    const size = Math.hypot(w1, w2);
    const at = (0.9 - b / size) / size;
    plane.write(this.side, plane.X(within(at * w1, -2, 4.3)), plane.Y(within(at * w2, -2.8, 2.9)));
    const end = Math.max(state.steps, 10);
    const tops = (last) => STEPS.filter((k) => k <= last).map((k) => path[k].top);
    chart.scale([Math.min(-1, ...tops(end)) - 0.5, Math.max(1, ...tops(end)) + 0.5], [0, end]);
    chart.trace(this.zero, [0, end], [0, 0]);
    const way = tops(state.steps);
    chart.trace(this.way, [...STEPS.slice(0, way.length), state.steps], [...way, top]);
    chart.move(this.now, state.steps, top);
  }

  told() {
    const { bias, slope, steps } = this.state;
    const path = this.run();
    const { w1, w2, b, top, loss } = path[steps];
    const active = rows.filter(([x1, x2]) => x1 * w1 + x2 * w2 + b > 0).length;
    const name = slope ? `Leak of ${text(slope)}` : "ReLU";
    const said = `${name}, bias ${text(bias)} at the start, ${text(steps, 4)} steps: active on ${active} of ${rows.length} rows, largest z ${text(top)}, loss ${text(loss)}.`;
    return `${said} ${this.verdict(path.slice(0, steps + 1), active)}`;
  }

  verdict(path, active) {
    const { slope, steps } = this.state;
    const alive = path.findIndex(({ top }) => top > 0);
    if (!active && !slope && alive >= 0) return "It has died on the way: from here on the gradient is exactly 0.";
    if (!active && !slope) {
      return steps ? "Dead: no step has moved weights or bias, not by a bit." : "Dead: no row switches it on, so the gradient is exactly 0.";
    }
    if (!active) return steps ? "Still silent on all rows, and on its way: the leak lets a gradient through." : "Silent on all rows, but the leak lets a gradient through.";
    const fitted = path.findIndex(({ loss }) => loss < FITTED);
    const back = alive > 0 ? `Active again after ${text(alive, 4)} steps. ` : "";
    if (fitted >= 0) return `${back}The loss is below ${text(FITTED)} since step ${text(fitted, 4)}.`;
    return back || "Alive: where a row is active, the full gradient comes back.";
  }
}

define("book-dying", Dying);
