//# allFunctionsCalledOnLoad
// <book-collapse function="identity" layers="4">: the output of a random network of one input, and how far it is
// from its best straight line. The networks are those of snippets/drawn.py.

import { Explorable, axis, define, spread, stops, text, within } from "./figure.js";
import { activation, entryOf, networkControls, normals, standard } from "./functions.js";

export const XS = spread(-3, 3, 301);
const BIASES = 0.6; // their standard deviation
const ROUNDING = 1e-12;

// The output at each of XS: `hidden` layers of `width` units, f between the layers.
export function outputs(name, hidden, width, seed) {
  const [f] = standard(name);
  const normal = normals(seed);
  let a = [XS]; // of each unit, over all inputs
  for (let layer = 0; layer <= hidden; layer += 1) {
    const [n, m] = [a.length, layer === hidden ? 1 : width];
    const W = Array.from({ length: m }, () => normal(n, Math.sqrt(2 / n)));
    const b = normal(m, BIASES);
    if (layer) a = a.map((z) => z.map(f));
    a = W.map((weights, i) => {
      const z = new Float64Array(XS.length).fill(b[i]);
      weights.forEach((w, j) => {
        const from = a[j];
        for (let k = 0; k < z.length; k += 1) z[k] += w * from[k];
      });
      return z;
    });
  }
  return a[0];
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
    this.view = this.plot(Collapse.title, axis("input x", -3, 3), axis("output", -1, 1));
    this.best = this.view.path("curve orange dashed");
    this.curve = this.view.path("curve blue");
    this.names = [this.view.label("blue", "output"), this.view.label("orange", "best line")];
    activation(this, "Activation between the layers", "relu");
    networkControls(this, "Hidden layers", [stops(1, 12), 4], [[1, 2, 3, 4, 6, 8, 12, 16, 24, 32], 8]);
  }

  network() {
    const { function: name, layers, width, seed } = this.state;
    return this.kept([name, layers, width, seed], () => {
      const ys = outputs(name, layers, width, seed);
      return { ys, low: Math.min(...ys), high: Math.max(...ys), ...straightness(ys) };
    });
  }

  draw() {
    const { view } = this;
    const { ys, low, high, slope, height } = this.network();
    const line = (x) => height + slope * x;
    const ends = [-3, 3].map(line);
    const [least, most] = [Math.min(low, ...ends), Math.max(high, ...ends)];
    // Room to read it by; and an output that is all but constant is to be seen as that.
    const room = Math.max(0.14 * (most - least), 0.05, 0.02 * Math.abs(height));
    view.scale([least - room, most + room]);
    view.trace(this.curve, XS, ys);
    view.trace(this.best, [-3, 3], ends);
    // Each name where curve and line are apart, on its own side.
    const between = (n) => (Math.abs(XS[n]) < 2.2 ? Math.abs(ys[n] - line(XS[n])) : -1);
    const at = XS.reduce((best, _, n) => (between(n) > between(best) ? n : best), 0);
    const places = [ys[at], line(XS[at])].map((y) => view.Y(y));
    const apart = Math.abs(places[0] - places[1]) > 24;
    places.forEach((y, n) => {
      const above = places[0] < places[1] === (n === 0);
      const x = view.X(XS[at]) + (apart ? 0 : n ? 24 : -24);
      view.write(this.names[n], x, within(y + (above ? -9 : 19), 36, view.height - 44), apart || n ? "middle" : "end");
    });
  }

  told() {
    const { function: name, layers } = this.state;
    const { low, high, departure } = this.network();
    const far = high - low;
    const hardly = far < 0.01 * Math.max(1, Math.abs(high));
    const range = hardly ? `output near ${text(high)}, within ${text(far, 2)}` : `output from ${text(low)} to ${text(high)}`;
    const said = `${entryOf(name).title}, ${layers} hidden ${layers > 1 ? "layers" : "layer"}: ${range}.`;
    if (Number.isNaN(departure)) return `${said} It does not change with the input.`;
    if (departure < ROUNDING) return `${said} Exactly straight, up to rounding: departure 0 %.`;
    const percent = `Departure from the best line: ${text(100 * departure, departure < 0.01 ? 1 : 2)} % of the output’s spread.`;
    return `${said} ${percent}${hardly ? " The output hardly depends on the input." : ""}`;
  }
}

define("book-collapse", Collapse);
