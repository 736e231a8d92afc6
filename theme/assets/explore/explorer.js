//# allFunctionsCalledOnLoad
// <book-explorer function="tanh" z="0.5">: one function of the registry, its derivative, and the tangent at
// a point that can be moved. Other attributes are the function's parameters.

import { Explorable, axis, define, html, stops, text } from "./figure.js";
import { BESIDE, defaultsOf, drawable, entryOf, sliced } from "./functions.js";
import { FUNCTIONS } from "./registry.js";

const REACH = 6.5;

class Explorer extends Explorable {
  static title = "An activation function and its slope";

  build() {
    this.view = this.plot(Explorer.title, axis("z", -REACH, REACH), axis("f and its slope f ′", -1, 1));
    this.slope = this.view.path("curve orange dashed");
    this.curve = this.view.path("curve blue");
    this.tangent = this.view.path("tangent");
    this.drop = this.view.path("guide");
    this.names = [this.view.label("blue", "f"), this.view.label("orange", "f ′")];
    this.slopePoint = this.view.point("orange");
    this.point = this.view.point("blue", true);
    this.drag(this.view, this.view.svg, "z");

    this.choice("function", "Function", FUNCTIONS.map((entry) => [entry.name, entry.title]), "relu");
    this.slider("z", "Input z", stops(-REACH, REACH, 0.05), 1);
    this.formula = html("div", { className: "formula-line wide" });
    this.tools.append(this.formula);
    this.follow("function");
  }

  // Another function has other parameters, and other axes.
  follow(key) {
    if (key === "function") {
      this.entry = entryOf(this.state.function);
      for (const name of this.parameters ?? []) {
        this.fields.get(name).row.remove();
        this.fields.delete(name);
        delete this.state[name];
      }
      this.parameters = this.entry.parameters.map(({ name }) => name);
      for (const { name, symbol, value, low, high, step } of this.entry.parameters) {
        this.slider(name, symbol, stops(low, high, step), value);
      }
      this.formula.innerHTML = this.entry.formula; // MathML that the build made
      this.tools.append(this.formula);
      const [low, high] = this.entry.bounds;
      this.view.x.label = this.entry.variable;
      this.view.scale([
        Math.min(-0.3, low ?? (high === null ? -3 : high - 4)),
        Math.max(1.3, high === null ? (low ?? -1) + 4 : high) + 0.3,
      ]);
    }
    // The random slopes of RReLU lie between these two.
    const { lower, upper } = this.state;
    if (lower > upper) this.state[key === "lower" ? "upper" : "lower"] = this.state[key];
  }

  // The parameters that the page sets belong to the page's function; another has its own.
  defaults() {
    const page = super.defaults();
    return this.state.function === page.function ? page : { ...page, ...defaultsOf(this.entry) };
  }

  reset() {
    this.state.function = this.preset.function ?? this.start.function;
    super.reset();
  }

  draw() {
    const { view, state } = this;
    const [f, slope] = sliced(state.function, state);
    const xs = drawable(this.entry, REACH);
    view.trace(this.curve, xs, xs.map(f));
    view.trace(this.slope, xs, xs.map(slope));
    const [z, y, m] = [state.z, f(state.z), slope(state.z)];
    view.trace(this.tangent, [-REACH, REACH], [y + m * (-REACH - z), y + m * (REACH - z)]);
    view.trace(this.drop, [z, z], view.y.range);
    view.move(this.slopePoint, z, m);
    view.move(this.point, z, y);
    // Each name where its curve is to be seen, and apart from the other.
    const [low, high] = view.y.range;
    const clear = (at) => [f(at), slope(at)].every((v) => v > low && v < high) && Math.abs(f(at) - slope(at)) > (high - low) / 9;
    const at = [5.6, 3.2, 2.4, -2.4, -3.2, -5.6].find(clear) ?? -1.2;
    for (const [n, one] of [f, slope].entries()) {
      const above = n === 0 ? f(at) >= slope(at) : slope(at) > f(at);
      view.write(this.names[n], view.X(at) - (above ? 16 : 0), view.Y(one(at)) + (above ? -8 : 18));
    }
  }

  told() {
    const { z } = this.state;
    const [f, slope] = sliced(this.state.function, this.state);
    const variable = this.entry.variable;
    const [left, right] = [slope(z - BESIDE), slope(z + BESIDE)];
    const jump = Math.abs(f(z + BESIDE) - f(z - BESIDE)) > 0.01;
    const m = slope(z);
    const where = `${this.entry.title} at ${variable} = ${text(z, 4)}: value ${text(f(z), 4)}, slope ${text(m, 4)}.`;
    if (jump) return `${where} It jumps here and has no derivative; ${text(m)} is a convention.`;
    if (Math.abs(left - right) > 1e-6) {
      return `${where} A kink: slope ${text(left)} on the left, ${text(right)} on the right; ${text(m)} is a convention.`;
    }
    if (m === 0) return `${where} Flat: no gradient comes back.`;
    if (Math.abs(m) < 0.01) return `${where} Nearly flat: hardly any gradient comes back.`;
    if (m < 0) return `${where} It falls here.`;
    if (m > 1.0005) return `${where} Steeper than the identity: gradients grow.`;
    return `${where} A gradient that comes back is multiplied by this slope.`;
  }
}

define("book-explorer", Explorer);
