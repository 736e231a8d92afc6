// What the figures of random networks share: the numbers, which are those of snippets/drawn.py, and the
// controls of a network.

import { stops } from "./figure.js";
import { OPTIONS } from "./functions.js";

// A function that gives the next standard normal number at each call; snippets/drawn.py says how they come
// about from a seed.
export function normals(seed) {
  let counter = seed;
  const uniform = () => {
    counter = (counter + 0x6d2b79f5) | 0;
    let t = Math.imul(counter ^ (counter >>> 15), counter | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  return () => {
    const size = Math.sqrt(-2 * Math.log(uniform()));
    return size * Math.cos(2 * Math.PI * uniform());
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
