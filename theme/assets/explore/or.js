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
  const { inputs, targets, rate, start } = OR;
  path.set(start);
  let w1 = start[0];
  let w2 = start[1];
  let b = start[2];
  for (let k = 3; k < path.length; k += 3) {
    let d1 = 0;
    let d2 = 0;
    let d = 0;
    for (let row = 0; row < 4; row += 1) {
      const x = inputs[row];
      const z = x[0] * w1 + x[1] * w2 + b;
      const delta = rule(z, sigmoid(z), targets[row]);
      d1 += x[0] * delta;
      d2 += x[1] * delta;
      d += delta;
    }
    path[k] = w1 -= rate * d1;
    path[k + 1] = w2 -= rate * d2;
    path[k + 2] = b -= rate * d;
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
