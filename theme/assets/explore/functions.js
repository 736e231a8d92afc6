//# allFunctionsCalledOnLoad
// The activation functions of snippets/activations.py, with their derivatives: the same stable forms, and
// the same values at kinks. The tests hold each against Python on a dense grid, to a relative 1e-12, in
// three browser engines. `p` holds the parameters of a function, by name. At the end, what the figures of
// random networks share: in a file of its own it would weigh more than it says.

import { spread, stops } from "./figure.js";
import { FUNCTIONS, SELU } from "./registry.js";

const { abs, atan, exp, expm1, hypot, log1p, max, min, sqrt } = Math;
const FAR = 1000; // exp(-FAR) is 0; clipping here keeps 0 * Infinity, which is not a number, out
const clip = (z, low, high) => max(low, min(z, high));

// c * e^z for z <= 0, far out in two factors: e^z underflows before the product does.
function timesExp(c, z) {
  const part = z < -700 ? 0.5 * z : 0;
  return c * exp(z - part) * exp(part);
}

// c * sigmoid(z); sigmoid(z) alone would underflow before the product does.
const timesSigmoid = (c, z) => timesExp(c, min(z, 0)) / (1 + exp(-abs(z)));

// erfc(x) = e^(-x²) g(t) / (1 + 2x) for x >= 0 with t = (x - 3.75) / (x + 3.75), where g is smooth: its
// Chebyshev series is that of J. L. Schonfelder, Mathematics of Computation 32 (1978), pages 1232-1240. Each
// is rounded to 1e-15. The tests compute them anew.
export const ERFC = [
  1.177578934567402, -0.004590054580646, -0.084249133366518, 0.059209939998192, -0.026658668435306,
  0.009074997670705, -0.002413163540418, 0.000490775836526, -6.9169733025e-5, 4.139027986e-6, 7.74038307e-7,
  -2.1886401e-7, 1.0764999e-8, 4.52196e-9, -7.7544e-10, -6.3181e-11, 2.8688e-11, 1.95e-13, -9.65e-13, 3.3e-14,
  3.3e-14, -2e-15, -1e-15,
];

export function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  if (x > 27.3) return 0; // below the smallest float64
  const t = (x - 3.75) / (x + 3.75);
  let [b, c] = [0, 0];
  for (let n = ERFC.length - 1; n > 0; n -= 1) [b, c] = [2 * t * b - c + ERFC[n], b];
  const g = t * b - c + ERFC[0];
  // x² in two parts, of which the first is exact: the exponent's own rounding would cost digits.
  const near = Math.fround(x);
  return (exp(-near * near) * exp((near - x) * (near + x)) * g) / (1 + 2 * x);
}

export function sigmoid(z) {
  const e = exp(-abs(z));
  return (z >= 0 ? 1 : e) / (1 + e);
}
const bell = (e) => e / (1 + e * (2 + e)); // e / (1 + e)², with fewer roundings
const sigmoidGrad = (z) => bell(exp(-abs(z)));
const tanhGrad = (z) => 4 * bell(exp(-2 * min(abs(z), FAR)));
const softplus = (z) => max(z, 0) + log1p(exp(-abs(z)));
const leak = (z, alpha) => (z > 0 ? z : alpha === 0 ? 0 : alpha * z);
const leakGrad = (z, alpha) => (z > 0 ? 1 : alpha);
const mean = (p) => (p.lower + p.upper) / 2; // the slope of RReLU at test
const elu = (z, alpha) => max(z, 0) + alpha * expm1(min(z, 0));
const eluGrad = (z, alpha) => (z > 0 ? 1 : alpha * exp(min(z, 0)));
const gelu = (z) => 0.5 * max(z, -FAR) * erfc(-z / Math.SQRT2);
const silu = (z) => timesSigmoid(max(z, -FAR), max(z, -FAR));
const inside = (z, low, high) => (z > low && z < high ? 1 : 0);

function siluGrad(z) {
  const near = clip(z, -FAR, FAR);
  return timesSigmoid(1 + near * sigmoid(-near), near);
}

function geluGrad(z) {
  const near = clip(z, -FAR, FAR);
  return 0.5 * erfc(-near / Math.SQRT2) + timesExp(near / sqrt(2 * Math.PI), -0.5 * near * near);
}

const bent = (z) => sqrt(8 / Math.PI) * (z + 0.044715 * z ** 3);
const bentGrad = (z) => sqrt(8 / Math.PI) * (1 + 3 * 0.044715 * z ** 2);

function geluTanhGrad(z) {
  const near = clip(z, -FAR, FAR);
  return timesSigmoid(1 + bentGrad(near) * near * sigmoid(-bent(near)), bent(near));
}

function mish(z) {
  const near = max(z, -FAR);
  return near > -40 ? near * Math.tanh(softplus(near)) : timesExp(near, min(near, 0));
}

function mishGrad(z) {
  const near = clip(z, -FAR, FAR);
  const s = softplus(near);
  if (near > -40) return Math.tanh(s) + near * tanhGrad(s) * sigmoid(near);
  return timesExp(1 + near, min(near, 0));
}

function softsign(z) {
  const near = clip(z, -Number.MAX_VALUE, Number.MAX_VALUE);
  return near / (1 + abs(near));
}

// name -> [f, f'], each of (z, p)
const ELEMENTWISE = {
  identity: [(z) => z, () => 1],
  step: [(z) => (z >= 0 ? 1 : 0), () => 0],
  sigmoid: [sigmoid, sigmoidGrad],
  tanh: [Math.tanh, tanhGrad],
  relu: [(z) => max(z, 0), (z) => (z > 0 ? 1 : 0)],
  leaky_relu: [(z, p) => leak(z, p.alpha), (z, p) => leakGrad(z, p.alpha)],
  prelu: [(z, p) => leak(z, p.alpha), (z, p) => leakGrad(z, p.alpha)],
  rrelu: [(z, p) => leak(z, mean(p)), (z, p) => leakGrad(z, mean(p))],
  elu: [(z, p) => elu(z, p.alpha), (z, p) => eluGrad(z, p.alpha)],
  celu: [
    (z, p) => max(z, 0) + p.alpha * expm1(clip(z, -FAR * p.alpha, 0) / p.alpha),
    (z, p) => exp(clip(z, -FAR * p.alpha, 0) / p.alpha),
  ],
  selu: [(z) => SELU.lambda * elu(z, SELU.alpha), (z) => SELU.lambda * eluGrad(z, SELU.alpha)],
  softplus: [softplus, sigmoid],
  softsign: [softsign, (z) => 1 / (1 + abs(z)) / (1 + abs(z))],
  silu: [silu, siluGrad],
  gelu: [gelu, geluGrad],
  gelu_tanh: [(z) => timesSigmoid(max(z, -FAR), bent(clip(z, -FAR, FAR))), geluTanhGrad],
  mish: [mish, mishGrad],
  hard_sigmoid: [(z) => clip(z + 3, 0, 6) / 6, (z) => inside(z, -3, 3) / 6],
  hard_tanh: [(z) => clip(z, -1, 1), (z) => inside(z, -1, 1)],
  hard_swish: [
    (z) => max(z, -3) * (clip(z + 3, 0, 6) / 6),
    (z) => (abs(z) < 3 ? (2 * z + 3) / 6 : z > 0 ? 1 : 0),
  ],
  relu6: [(z) => clip(z, 0, 6), (z) => inside(z, 0, 6)],
  log_sigmoid: [(z) => min(z, 0) - log1p(exp(-abs(z))), (z) => sigmoid(-z)],
  arctan: [atan, (z) => 1 / hypot(1, z) / hypot(1, z)],
};

// A gate times a value b: each name with the function of its gate.
const GATED = { glu: "sigmoid", bilinear: "identity", reglu: "relu", geglu: "gelu", swiglu: "silu" };

export function softmax(z) {
  const top = max(...z);
  const e = z.map((one) => (one === top ? 1 : exp(one - top)));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((one) => one / sum);
}

// ds_i/dz_i as minus the rest of its row: s_i * (1 - s_i) would lose its digits where s_i is nearly 1.
function softmaxSlope(z, i) {
  const s = softmax(z);
  return s.reduce((sum, one, j) => (j === i ? sum : sum + s[i] * one), 0);
}

// What a function of the registry is as a function of one number, with its parameters held: [f, f']. A
// gated unit is taken over its gate a, softmax over the first of its inputs.
export function sliced(name, p = {}) {
  if (name === "softmax") {
    return [(z) => softmax([z, p.z2, p.z3])[0], (z) => softmaxSlope([z, p.z2, p.z3], 0)];
  }
  const [f, slope] = ELEMENTWISE[GATED[name] ?? name];
  if (name in GATED) return [(z) => f(z) * p.b, (z) => slope(z) * p.b];
  // The rules above choose a side for what is not a number; it stays what it is.
  return [f, slope].map((one) => (z) => (z === z ? one(z, p) : NaN));
}

// Where to take a function from -reach to reach, so that it can be drawn: closely, and on either side of where it
// bends or jumps, with a gap there.
export const BESIDE = 1e-9;
export function drawable({ kinks }, reach) {
  const ends = [-reach, ...new Set([...kinks, 0].filter((k) => abs(k) < reach)), reach].sort((a, b) => a - b);
  return ends.slice(1).flatMap((end, n) => [...spread(ends[n] + BESIDE, end - BESIDE, 90), NaN]);
}

export const entryOf = (name) => FUNCTIONS.find((entry) => entry.name === name);
export const defaultsOf = (entry) => Object.fromEntries(entry.parameters.map(({ name, value }) => [name, value]));
// A function with the parameters of the book: [f, f'].
export const standard = (name) => sliced(name, defaultsOf(entryOf(name)));
// What a network may be made of, as the options of a choice.
export const OPTIONS = FUNCTIONS.filter((entry) => entry.kind === "elementwise").map(({ name, title }) => [name, title]);

// What the figures of random networks share: the numbers, which are those of snippets/drawn.py, and the
// controls of a network.

// A function that gives the next so many standard normal numbers at each call, times a size; snippets/drawn.py
// says how they come about from a seed. One loop without calls: it is fast before it is compiled.
export function normals(seed) {
  const { cos, imul, log, PI } = Math;
  let last = seed;
  return (count, size = 1) => {
    const drawn = new Float64Array(count);
    let counter = last;
    for (let n = 0, far = 0; n < count; ) {
      counter = (counter + 0x6d2b79f5) | 0;
      let t = imul(counter ^ (counter >>> 15), counter | 1);
      t ^= t + imul(t ^ (t >>> 7), t | 61);
      const u = (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
      if (far) {
        drawn[n] = size * far * cos(2 * PI * u);
        far = 0;
        n += 1;
      } else {
        far = sqrt(-2 * log(u)); // never 0: u is below 1 - 1e-10
      }
    }
    last = counter;
    return drawn;
  };
}

export const activation = (figure, label, value) => figure.choice("function", label, OPTIONS, value, true);

// `layers` and `widths` are what each may be, and where it starts.
export function networkControls(figure, label, layers, widths) {
  figure.slider("layers", label, ...layers);
  figure.slider("width", "Units a layer", ...widths);
  figure.slider("seed", "Draw, number", stops(1, 50), 13);
  figure.button("Draw again", () => figure.change("seed", (figure.state.seed % 50) + 1));
}
