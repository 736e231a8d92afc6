// Random numbers from a seed: those of snippets/drawn.py, which says how they come about. A function that
// gives the next standard normal number at each call.

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
