// One sigmoid neuron learns OR: the run of snippets/or_gate.py, update by update. Data, start, rate and
// what the source notes print come from the snippets; the tests hold each run against Python's.

import { sliced } from "./functions.js";
import { OR } from "./registry.js";

const [sigmoid, slope] = sliced("sigmoid");

// Each rule gives its gradient of the loss with respect to z.
export const RULES = {
  "as-printed": (z, a, y) => (a - y) * slope(a), // the slip of the notes: it wants z
  "squared-error": (z, a, y) => (a - y) * slope(z),
  "cross-entropy": (z, a, y) => a - y,
};

// The way of w1, w2 and b: three numbers after each update, one behind the other.
export function train(rule, updates) {
  const path = new Float64Array(3 * (updates + 1));
  let [w1, w2, b] = OR.start;
  path.set(OR.start);
  for (let k = 1; k <= updates; k += 1) {
    let [d1, d2, d] = [0, 0, 0];
    for (let row = 0; row < 4; row += 1) {
      const [x1, x2] = OR.inputs[row];
      const z = x1 * w1 + x2 * w2 + b;
      const delta = rule(z, sigmoid(z), OR.targets[row]);
      d1 += x1 * delta;
      d2 += x2 * delta;
      d += delta;
    }
    w1 -= OR.rate * d1;
    w2 -= OR.rate * d2;
    b -= OR.rate * d;
    path.set([w1, w2, b], 3 * k);
  }
  return path;
}

export const outputs = ([w1, w2, b]) => OR.inputs.map(([x1, x2]) => sigmoid(x1 * w1 + x2 * w2 + b));

export function loss(a) {
  return a.reduce((sum, one, row) => sum + (one - OR.targets[row]) ** 2, 0) / 2;
}

export function errorSum(a) {
  return a.reduce((sum, one, row) => sum + (one - OR.targets[row]), 0);
}
