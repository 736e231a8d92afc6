// <book-collapse function="identity" layers="4">: the output of a random network of one input, and how far it is
// from its best straight line. The networks are those of snippets/drawn.py.

import { normals } from "./drawn.js";
import { Explorable, spread, text } from "./figure.js";
import { sliced } from "./functions.js";
import { FUNCTIONS } from "./registry.js";

const CHOICES = FUNCTIONS.filter(({ kind }) => kind === "elementwise");
export const XS = spread(-3, 3, 301);
const BIASES = 0.6; // their standard deviation
const ROUNDING = 1e-12;

// The output at each of XS: `hidden` layers of `width` units, f between the layers.
export function outputs(name, hidden, width, seed) {
  const { parameters } = CHOICES.find((entry) => entry.name === name);
  const [f] = sliced(name, Object.fromEntries(parameters.map((p) => [p.name, p.value])));
  const normal = normals(seed);
  let rows = XS.map((x) => [x]);
  for (let layer = 0; layer <= hidden; layer += 1) {
    const [n, m] = [rows[0].length, layer === hidden ? 1 : width];
    const W = Array.from({ length: m }, () => Array.from({ length: n }, () => Math.sqrt(2 / n) * normal()));
    const b = W.map(() => BIASES * normal());
    const before = layer ? (z) => f(z) : (z) => z;
    rows = rows.map((row) => {
      const a = row.map(before);
      return W.map((weights, i) => weights.reduce((sum, w, j) => sum + w * a[j], b[i]));
    });
  }
  return rows.map(([y]) => y);
}

// The best straight line through the outputs, its slope and height at 0, and the departure: what is left of
// the outputs' spread around their mean, as a share. Not a number where the output does not change.
export function straightness(ys) {
  const height = ys.reduce((sum, y) => sum + y, 0) / ys.length;
  const along = ys.reduce((sum, y, n) => sum + XS[n] * (y - height), 0);
  const slope = along / XS.reduce((sum, x) => sum + x * x, 0); // the mean of XS is 0
  const square = (of) => ys.reduce((sum, y, n) => sum + of(y, XS[n]) ** 2, 0);
  const spreadOf = square((y) => y - height);
  const left = square((y, x) => y - height - slope * x);
  const flat = spreadOf <= ys.length * (ROUNDING * Math.max(1e-3, Math.abs(height))) ** 2;
  return { slope, height, departure: flat ? NaN : Math.sqrt(left / spreadOf) };
}

class Collapse extends Explorable {
  static title = "How straight the output of a network stays";

  build() {
    this.view = this.plot("Output of the network over its input, with the best straight line", { range: [-3, 3], label: "input x" }, { range: [-1, 1], label: "output" });
    this.best = this.view.path("curve orange dashed");
    this.curve = this.view.path("curve blue");
    this.names = [this.view.label("blue", "output"), this.view.label("orange", "best line")];
    this.choice("function", "Activation between the layers", CHOICES.map(({ name, title }) => [name, title]), "relu");
    this.fields.get("function").row.classList.add("wide");
    this.slider("layers", "Hidden layers", spread(1, 12, 12).map(Math.round), 4, { whole: true });
    this.slider("width", "Units a layer", [1, 2, 3, 4, 6, 8, 12, 16, 24, 32], 8, { whole: true });
    this.slider("seed", "Draw, number", spread(1, 50, 50).map(Math.round), 13, { whole: true });
    this.button("Draw again", () => this.change("seed", (this.state.seed % 50) + 1));
  }

  network() {
    const { function: name, layers, width, seed } = this.state;
    const key = [name, layers, width, seed].join(" ");
    if (this.key !== key) {
      this.ys = outputs(name, layers, width, seed);
      this.line = straightness(this.ys);
      this.key = key;
    }
    return this.line;
  }

  draw() {
    const { view } = this;
    const { slope, height } = this.network();
    const ends = [-3, 3].map((x) => height + slope * x);
    const [low, high] = [Math.min(...this.ys, ...ends), Math.max(...this.ys, ...ends)];
    // Room to read it by; and an output that is all but constant is to be seen as that.
    const room = Math.max(0.14 * (high - low), 0.05, 0.02 * Math.abs(height));
    view.y.range = [low - room, high + room];
    if (view.width) view.resize(view.width, view.height);
    this.curve.setAttribute("d", view.line(XS, this.ys));
    this.best.setAttribute("d", view.line([-3, 3], ends));
    // Each name where curve and line are apart, on its own side.
    const line = (n) => height + slope * XS[n];
    const at = XS.map((_, n) => n).filter((n) => Math.abs(XS[n]) < 2.2).reduce((a, b) => (Math.abs(this.ys[b] - line(b)) > Math.abs(this.ys[a] - line(a)) ? b : a));
    const [y, on] = [view.Y(this.ys[at]), view.Y(line(at))];
    const apart = Math.abs(y - on) > 24;
    const above = y < on;
    [[this.names[0], y, above], [this.names[1], on, !above]].forEach(([name, at_y, over], n) => {
      name.setAttribute("text-anchor", apart || n ? "middle" : "end");
      name.setAttribute("x", view.X(XS[at]) + (apart ? 0 : n ? 24 : -24));
      name.setAttribute("y", Math.min(Math.max(at_y + (over ? -9 : 19), 36), view.height - 44));
    });
  }

  told() {
    const { function: name, layers } = this.state;
    const { departure } = this.network();
    const { title } = CHOICES.find((entry) => entry.name === name);
    const [low, high] = [Math.min(...this.ys), Math.max(...this.ys)];
    const far = high - low;
    const hardly = far < 0.01 * Math.max(1, Math.abs(high));
    const range = hardly ? `output near ${text(high)}, within ${text(far, 2)}` : `output from ${text(low)} to ${text(high)}`;
    const said = `${title}, ${layers} hidden ${layers > 1 ? "layers" : "layer"}: ${range}.`;
    if (Number.isNaN(departure)) return `${said} It does not change with the input.`;
    if (departure < ROUNDING) return `${said} Exactly straight, up to rounding: departure 0 %.`;
    const percent = `Departure from the best line: ${text(100 * departure, departure < 0.01 ? 1 : 2)} % of the output’s spread.`;
    return `${said} ${percent}${hardly ? " The output hardly depends on the input." : ""}`;
  }
}

customElements.define("book-collapse", Collapse);
