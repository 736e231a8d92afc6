//# allFunctionsCalledOnLoad
// <book-depth function="tanh" weights="xavier" layers="30">: the norm of the backpropagated error in each layer of
// one random network, beside what theory expects. As snippets/deep.py; the networks are those of snippets/drawn.py.

import { Explorable, axis, define, stops, text, within } from "./figure.js";
import { activation, entryOf, networkControls, normals, standard } from "./functions.js";
import { MIDPOINTS } from "./registry.js";

const DEEPEST = 50;

// The midpoints of cells, and the standard normal share of each, as the book's own means take them.
const { count, step } = MIDPOINTS;
const GRID = Float64Array.from({ length: count }, (_, n) => (n - count / 2 + 0.5) * step);
const SHARES = GRID.map((z) => (Math.exp((-z * z) / 2) * step) / Math.sqrt(2 * Math.PI));

// E[f(z)²] for z ~ N(0, q), by ever more of the midpoints, 0 always between two. Where f is smooth, each gains
// digits: when more change none of them, still more would not either. Not so for a large q: there a few points
// see only how f goes on far out, and agree on that.
export function meanSquare(f, q) {
  const size = Math.sqrt(q);
  let mean = NaN;
  for (const by of size < 4 ? [81, 53, 9, 1] : [1]) {
    const last = mean;
    let sum = 0;
    for (let n = ((count + by) >> 1) % by; n < count; n += by) {
      const a = f(size * GRID[n]);
      sum += SHARES[n] * a * a;
    }
    mean = sum * by;
    if (Math.abs(mean - last) <= 1e-13 * mean) break;
  }
  return mean;
}

// Size of the weights: the root of their variance times the width.
export const WEIGHTS = {
  small: ["0.01 N(0, 1)", (f, width) => 0.01 * Math.sqrt(width)],
  third: ["variance 1/(3n)", () => Math.sqrt(1 / 3)],
  xavier: ["Xavier", () => 1],
  he: ["He", () => Math.SQRT2],
  gain: ["its own gain", (f) => 1 / Math.sqrt(meanSquare(f, 1))],
  naive: ["N(0, 1)", (f, width) => Math.sqrt(width)],
};

// By what theory leaves of the error at the first layer: below this much, these words.
const VERDICTS = [
  [0.01, "The gradient vanishes."],
  [0.5, "The gradient shrinks."],
  [2, "The gradient keeps its size."],
  [100, "The gradient grows."],
  [Infinity, "The gradient explodes."],
];

const kept = new Map(); // theory by case: a deeper network begins as a shallower one

// The norms of the error by layer, in units of that in the last.
export function theory(name, sigma, layers) {
  const key = `${name} ${sigma}`;
  const [f, slope] = standard(name);
  if (!kept.has(key)) kept.set(key, { q: sigma ** 2, factors: [] }); // the input has mean square 1
  const state = kept.get(key);
  while (state.factors.length < layers - 1) {
    state.factors.push(sigma * Math.sqrt(meanSquare(slope, state.q)));
    state.q = sigma ** 2 * meanSquare(f, state.q);
  }
  return state.factors.slice(0, layers - 1).reduceRight((norms, factor) => [norms[0] * factor, ...norms], [1]);
}

// a W, or W error where it goes back, times the size of the weights.
function product(size, W, v, back) {
  const { length } = v;
  const by = back ? 1 : length;
  const found = new Float64Array(length);
  for (let i = 0; i < length; i += 1) {
    let sum = 0;
    for (let j = 0, k = back ? i * length : i; j < length; j += 1, k += by) sum += W[k] * v[j];
    found[i] = size * sum;
  }
  return found;
}

// An input of mean square 1, an error, and weights of variance 1/n, layer by layer as they are asked for.
class Network {
  constructor(seed, width) {
    const normal = normals(seed);
    const [x, error] = [normal(width), normal(width)];
    const size = Math.sqrt(x.reduce((sum, one) => sum + one * one, 0) / width);
    Object.assign(this, { width, normal, x: x.map((one) => one / size), error, W: [] });
  }

  layer(n) {
    while (this.W.length <= n) this.W.push(this.normal(this.width ** 2, 1 / Math.sqrt(this.width))); // row by row
    return this.W[n];
  }

  norms(name, sigma, layers) {
    const [f, slope] = standard(name);
    const z = [];
    let a = this.x;
    for (let n = 0; n < layers; n += 1) {
      z.push(product(sigma, this.layer(n), a));
      a = z[n].map(f);
    }
    let error = this.error;
    const norms = [Math.hypot(...error)];
    for (let n = layers - 1; n > 0; n -= 1) {
      error = product(sigma, this.layer(n), error, true).map((one, i) => one * slope(z[n - 1][i]));
      norms.unshift(Math.hypot(...error));
    }
    return norms.map((norm) => norm / norms.at(-1));
  }
}

export function measured(name, sigma, layers, width, seed) {
  return new Network(seed, width).norms(name, sigma, layers);
}

class Depth extends Explorable {
  static title = "The norm of the error, layer by layer";

  build() {
    this.view = this.plot(Depth.title, axis("layer", 1, 30), axis("norm of the error, last layer = 1", 1e-4, 10, true));
    this.level = this.view.path("guide");
    this.line = this.view.path("curve orange");
    this.dots = this.view.path("dots blue");
    this.names = [this.view.label("orange", "theory"), this.view.label("blue", "network")];
    activation(this, "Activation", "tanh");
    this.choice("weights", "Weights drawn from", Object.entries(WEIGHTS).map(([name, [title]]) => [name, title]), "xavier", true);
    networkControls(this, "Layers", [stops(2, DEEPEST), 30], [[4, 8, 16, 32, 64], 32]);
  }

  sigma() {
    const { function: name, weights, width } = this.state;
    return WEIGHTS[weights][1](standard(name)[0], width);
  }

  numbers() {
    const { function: name, weights, layers, width, seed } = this.state;
    return this.kept([name, weights, layers, width, seed], () => {
      const drawn = `${width} ${seed}`;
      if (this.drawn !== drawn) [this.drawn, this.network] = [drawn, new Network(seed, width)];
      const sigma = this.sigma();
      return { sigma, expected: theory(name, sigma, layers), found: this.network.norms(name, sigma, layers) };
    });
  }

  draw() {
    const { expected, found } = this.numbers();
    const { view, state } = this;
    const seen = [...expected, ...found].filter((norm) => norm > 0 && norm < Infinity);
    const powers = [Math.min(...seen), Math.max(...seen)].map(Math.log10);
    // At least from a hundredth to a hundred: a level line is to be seen as one.
    view.scale([10 ** Math.min(-2, Math.floor(powers[0])), 10 ** Math.max(2, Math.ceil(powers[1]))], [1, state.layers]);
    const visible = (norm) => (norm > 0 ? norm : NaN);
    view.trace(this.level, view.x.range, [1, 1]);
    view.trace(this.line, expected.map((_, n) => n + 1), expected.map(visible));
    view.dots(this.dots, found.map((norm, n) => [n + 1, visible(norm)]));
    // The names at the middle: theory above its line where the points lie below, and the other way round.
    const n = Math.floor(state.layers / 2);
    const over = !(found[n] >= expected[n] && found[n] > 0);
    [expected[n] || NaN, visible(found[n])].forEach((norm, which) => {
      const y = view.Y(norm) + (over === (which === 0) ? -14 : 24);
      view.write(this.names[which], view.X(n + 1), within(y, 38, view.height - 46), "middle");
    });
  }

  told() {
    const { function: name, weights, layers, width } = this.state;
    const { sigma, expected, found } = this.numbers();
    const factor = (norms) => norms[0] ** (1 / (layers - 1));
    const theirs = factor(expected);
    const said = `${entryOf(name).title}, ${WEIGHTS[weights][0]} (weights of size ${text(sigma)}), ${layers} layers of ${width}: theory multiplies the error by ${text(theirs)} a layer, this network by ${text(factor(found))}.`;
    const left = ` At the first layer ${text(found[0])} of it is there; theory says ${text(expected[0])}.`;
    if (expected[0] === 0) return `${said} No slope, no error: it stops at the last layer.`;
    if (found[0] === 0) return `${said} A whole layer is silent: exactly nothing comes back.`;
    const verdict = VERDICTS.find(([limit]) => expected[0] < limit)[1];
    return `${said}${left} ${verdict}`;
  }
}

define("book-depth", Depth);
