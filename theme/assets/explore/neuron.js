//# allFunctionsCalledOnLoad
// <book-neuron w1="1.5" w2="2" b="-5" x1="4" x2="2">: one neuron with two inputs, its boundary in the plane
// of the inputs, and what its activation function makes of one point.

import { Explorable, axis, define, set, stops, text } from "./figure.js";
import { OPTIONS, drawable, entryOf, standard } from "./functions.js";

const [WEIGHTS, BIASES, PLACES] = [stops(-4, 4, 0.1), stops(-10, 10, 0.1), stops(-3, 6, 0.1)];
const FAR = 12; // of z, on the axis of the second plot
// "+ 2" or "− 2"
const signed = (value) => `${value < 0 ? "−" : "+"} ${text(Math.abs(value))}`;

class Neuron extends Explorable {
  static title = "A neuron with two inputs, and its boundary";

  build() {
    this.plane = this.plot("The plane of the inputs, cut by the boundary of the neuron", axis("input x₁", -2, 5), axis("input x₂", -1, 4), true);
    this.area = this.plane.path("fill");
    this.edge = this.plane.path("curve blue");
    this.arrow = this.plane.path("tangent");
    this.way = this.plane.path("guide");
    this.names = [this.plane.label("", "w"), this.plane.label("blue", "z = 0")];
    this.input = this.plane.point("orange", true);
    this.drag(this.plane, this.input, "x1", "x2");

    this.view = this.plot("The activation function, with the neuron's z on it", axis("pre-activation z", -FAR, FAR), axis("output a = f(z)", -1, 1));
    this.drop = this.view.path("guide");
    this.curve = this.view.path("curve blue");
    this.output = this.view.point("orange");

    this.choice("function", "Activation f", OPTIONS, "sigmoid");
    this.slider("b", "Bias b", BIASES, -5);
    this.slider("w1", "Weight w₁", WEIGHTS, 1.5);
    this.slider("w2", "Weight w₂", WEIGHTS, 2);
    this.slider("x1", "Input x₁", PLACES, 4);
    this.slider("x2", "Input x₂", PLACES, 2);
    this.follow("function");
  }

  follow(key) {
    if (key !== "function") return;
    this.entry = entryOf(this.state.function);
    [this.f] = standard(this.entry.name);
    const [low, high] = this.entry.bounds;
    this.view.scale([(low ?? -6) - 0.15, (high ?? 6) + 0.15]);
  }

  get z() {
    const { w1, w2, b, x1, x2 } = this.state;
    return w1 * x1 + w2 * x2 + b;
  }

  draw() {
    const { plane, view, z } = this;
    const { w1, w2, b, x1, x2 } = this.state;
    plane.half(this.area, this.edge, w1, w2, b);
    // What is between the point and the boundary, and all else that weights of 0 do not have, is no number then.
    const square = w1 * w1 + w2 * w2 || NaN;
    plane.trace(this.way, [x1, x1 - (z * w1) / square], [x2, x2 - (z * w2) / square]);
    plane.move(this.input, x1, x2);
    this.drawArrow((-b * w1) / square, (-b * w2) / square);

    const zs = drawable(this.entry, FAR);
    view.trace(this.curve, zs, zs.map(this.f));
    view.trace(this.drop, [z, z], view.y.range);
    view.move(this.output, Math.abs(z) > FAR ? NaN : z, this.f(z));
  }

  // The weights as a vector: from the foot of the origin's perpendicular, at a right angle to the boundary.
  drawArrow(footX, footY) {
    const { plane } = this;
    const { w1, w2 } = this.state;
    const [x, y, tx, ty] = [plane.X(footX), plane.Y(footY), plane.X(footX + w1), plane.Y(footY + w2)];
    const length = Math.hypot(tx - x, ty - y) || 1;
    const [ux, uy] = [(9 * (tx - x)) / length, (9 * (ty - y)) / length];
    const barb = (side) => `${(tx - ux + (side * uy) / 2).toFixed(1)} ${(ty - uy - (side * ux) / 2).toFixed(1)}`;
    set(this.arrow, { d: Number.isNaN(x) ? "" : `M${x} ${y}L${tx} ${ty}M${barb(1)}L${tx} ${ty}L${barb(-1)}` });
    plane.write(this.names[0], tx + 8, ty + 4);
    plane.write(this.names[1], x - 4 * uy - ux - 20, y + 4 * ux - uy + 4);
  }

  told() {
    const { w1, w2, b, x1, x2 } = this.state;
    const { z } = this;
    const sum = `z = ${text(w1)} × ${text(x1)} ${signed(w2)} × ${text(x2)} ${signed(b)} = ${text(z, 4)}`;
    const gives = `${this.entry.title} gives ${text(this.f(z), 4)}.`;
    const size = Math.hypot(w1, w2);
    if (size === 0) return `${sum}. ${gives} Both weights are 0: there is no boundary, and z is b everywhere.`;
    const side = z > 0 ? "on the positive side" : "on the negative side";
    const where = Math.abs(z) < 1e-9 ? "The point lies on the boundary." : `The point lies ${text(Math.abs(z) / size)} from the boundary, ${side}.`;
    return `${sum}. ${gives} ${where}`;
  }
}

define("book-neuron", Neuron);
