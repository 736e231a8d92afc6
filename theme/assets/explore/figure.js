//# allFunctionsCalledOnLoad
// What all interactive figures share: axes in plain SVG, labelled native controls, a readout in words,
// and the state in the address. A figure is a custom element: a class that extends Explorable, in a
// module of its own beside this one. page.js loads a module only where a page has its element.
//
// The element's content is its static figure. It is shown until the element has started, for ever
// without JavaScript, and on paper.

// The style sheet comes with the modules. It is adopted, not linked: pages that are swapped in keep it.
const styled = (async () => {
  const sheet = new CSSStyleSheet();
  await sheet.replace(await (await fetch(new URL("./explore.css", import.meta.url))).text());
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
})();

// Let an element start once it has its style. Modules do not wait for that themselves, by an `await` of
// their own: in WebKit others that import such a module at the same time find it half done.
export const define = (name, element) => styled.then(() => customElements.define(name, element));

const QUIET = 400; // milliseconds without a change, then the readout speaks and the address follows

// ---------------------------------------------------------------- elements and numbers

export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(made, attributes);
  made.append(...children);
  return made;
}

// A part of a text, in a place of its own: many in one text are laid out three times as fast as many texts.
export const tspan = (x, y, anchor, words) => svg("tspan", { x, y, "text-anchor": anchor }, words);

export function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

export function html(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const minus = (text) => text.replace("-", "−");
const inWords = (value) => (Number.isNaN(value) ? "not a number" : value > 0 ? "infinity" : "minus infinity");

// A number as a reader sees it: a true minus, powers of ten where zeros would hide the size. What a
// float64 cannot hold stands there in words.
export function text(value, digits = 3) {
  if (!Number.isFinite(value)) return inWords(value);
  const rounded = Number(value.toPrecision(digits));
  if (rounded === 0 || (Math.abs(rounded) >= 1e-4 && Math.abs(rounded) < 1e6)) return grouped(String(rounded));
  const [mantissa, power] = rounded.toExponential().split("e");
  return `${minus(mantissa)} × ${tenTo(power)}`;
}

const tenTo = (power) => `10${String(Number(power)).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻")}`;

// The same with a fixed number of decimals, for what is compared digit by digit.
export function fixed(value, places) {
  return Number.isFinite(value) ? grouped(value.toFixed(places)) : inWords(value);
}

function grouped(digits) {
  const [whole, part] = digits.split(".");
  return minus(whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : ""));
}

// ---------------------------------------------------------------- lists of values

// `count` values from low to high; in even ratios where `log` says so.
export function spread(low, high, count, log = false) {
  const at = (share) => (log ? low * (high / low) ** share : low + (high - low) * share);
  return Array.from({ length: count }, (_, n) => at(n / (count - 1)));
}

// Where a slider stops: from low to high by so much, without the rests of binary fractions.
export function stops(low, high, by = 1) {
  return spread(low, high, Math.round((high - low) / by) + 1).map((value) => Number(value.toFixed(3)));
}

// Whole numbers from 0 to high: each of the first fifty, then ever fewer.
export function thinning(high, count) {
  return [...new Set([...stops(0, 50), ...spread(50, high, count, true).map(Math.round)])];
}

export const within = (value, low, high) => Math.min(Math.max(value, low), high);

const nearest = (values, value) => values.reduce((a, b) => (Math.abs(b - value) < Math.abs(a - value) ? b : a));

// ---------------------------------------------------------------- axes

const LEFT = 46;
const RIGHT = 12;
const TOP = 24;
const BOTTOM = 38;

function ticks([low, high], log, room) {
  if (log) {
    const first = Math.ceil(Math.log10(low) - 1e-9);
    const powers = Math.floor(Math.log10(high) + 1e-9) - first;
    const by = Math.max(1, Math.ceil(powers / room));
    return Array.from({ length: Math.floor(powers / by) + 1 }, (_, n) => 10 ** (first + n * by));
  }
  const rough = (high - low) / room;
  const power = 10 ** Math.floor(Math.log10(rough));
  const by = power * [1, 2, 5, 10].find((step) => step * power >= rough);
  const from = Math.ceil(low / by - 1e-9);
  return Array.from({ length: Math.floor(high / by + 1e-9) - from + 1 }, (_, n) => (from + n) * by);
}

// A function from a value to its place, in pixels.
function places([low, high], log, start, length) {
  const from = log ? Math.log(low) : low;
  const all = (log ? Math.log(high) : high) - from;
  return (value) => {
    const share = ((log ? Math.log(value) : value) - from) / all;
    return start + length * (share < -99 ? -99 : share > 99 ? 99 : share); // far out is far enough
  };
}

// One axis of a plot.
export const axis = (label, low, high, log = false) => ({ label, range: [low, high], log });

// A pair of axes. One unit of the drawing is one pixel of the page at every width, as it has no viewBox: so
// text has the size that the style sheet gives it.
export class Plot {
  constructor(name, x, y, square = false) {
    Object.assign(this, { x, y, square, width: 0, height: 0 });
    this.grid = svg("g", { class: "grid" });
    this.area = svg("svg"); // what is drawn in it ends at the axes
    this.over = svg("g"); // points and names of curves, which may stand across an axis
    this.svg = svg("svg", { role: "img", "aria-label": name });
  }

  // One length for both directions where the plot is `square`: the ranges grow as they must. What the
  // axes show of this is drawn by finish().
  resize(width, height) {
    const [w, h] = [Math.max(width - LEFT - RIGHT, 1), Math.max(height - TOP - BOTTOM, 1)];
    Object.assign(this, { width, height, w, h });
    this.shown = [this.x.range, this.y.range];
    if (this.square) {
      const unit = Math.max(...this.shown.map(([low, high], n) => (high - low) / [w, h][n]));
      this.shown = this.shown.map(([low, high], n) => {
        const spare = (unit * [w, h][n] - (high - low)) / 2;
        return [low - spare, high + spare];
      });
    }
    this.X = places(this.shown[0], this.x.log, LEFT, w);
    this.Y = places(this.shown[1], this.y.log, TOP + h, -h);
  }

  // Other ranges.
  scale(y, x = this.x.range) {
    [this.x.range, this.y.range] = [x, y];
    if (this.width) this.resize(this.width, this.height);
  }

  // The values at a place of the page, kept within the axes.
  at(event) {
    const box = this.svg.getBoundingClientRect();
    const shares = [(event.clientX - box.left - LEFT) / this.w, 1 - (event.clientY - box.top - TOP) / this.h];
    return shares.map((share, n) => {
      const [low, high] = this.shown[n];
      const inside = within(share, 0, 1);
      return [this.x, this.y][n].log ? low * (high / low) ** inside : low + (high - low) * inside;
    });
  }

  // Draw the axes, if they are not what was drawn last.
  finish() {
    const { grid, x, y, w, h, width, height } = this;
    const drawn = [this.shown, width, height, x.label].join();
    if (this.drawn === drawn) return;
    if (!this.drawn) this.svg.append(grid, this.area, this.over); // not before it has its size
    this.drawn = drawn;
    set(this.area, { x: LEFT, y: TOP, width: w, height: h, viewBox: `${LEFT} ${TOP} ${w} ${h}` });
    const [right, foot] = [LEFT + w, TOP + h];
    const names = svg("text", { "aria-hidden": true });
    const write = (...part) => names.append(tspan(...part));
    const name = (value, log) => (log && (value < 0.01 || value > 1e4) ? tenTo(Math.round(Math.log10(value))) : text(value));
    let [lines, zero] = ["", ""];
    const line = (value, d) => (value === 0 ? (zero += d) : (lines += d));
    for (const value of ticks(this.shown[0], x.log, width / 75)) {
      const at = this.X(value);
      line(value, `M${at} ${TOP}V${foot}`);
      write(at > right - 20 ? right : at, foot + 16, at > right - 20 ? "end" : "middle", name(value, x.log));
    }
    for (const value of ticks(this.shown[1], y.log, height / 40)) {
      const at = this.Y(value);
      line(value, `M${LEFT} ${at}H${right}`);
      write(LEFT - 6, at + 4, "end", name(value, y.log));
    }
    write(right, height - 5, "end", x.label);
    write(4, 13, "start", y.label);
    grid.replaceChildren(svg("path", { d: lines }), svg("path", { d: `${zero}M${LEFT} ${TOP}V${foot}H${right}`, class: "axes" }), names);
  }

  // A curve, an area or a set of lines: a path inside the axes.
  path(name) {
    const made = svg("path", { class: name });
    this.area.append(made);
    return made;
  }

  // Draw a path through some points; it is interrupted where a value is not a number.
  trace(path, xs, ys) {
    let d = "";
    let pen = "M";
    for (let n = 0; n < xs.length; n += 1) {
      const [x, y] = [this.X(xs[n]), this.Y(ys[n])];
      const there = !Number.isNaN(x + y);
      if (there) d += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
      pen = there ? "L" : "M";
    }
    set(path, { d });
  }

  // Draw a dot at each of some points, by lines of no length.
  dots(path, points) {
    const seen = points.filter(([x, y]) => Number.isFinite(x + y));
    set(path, { d: seen.map(([x, y]) => `M${this.X(x).toFixed(1)} ${this.Y(y).toFixed(1)}h0`).join("") });
  }

  // Draw the half of the plane where w1 x + w2 y + b > 0, and the edge where it is 0. Without weights it is
  // all of the plane or nothing of it, and the edge far out.
  half(area, edge, w1, w2, b) {
    const far = 30 * (this.x.range[1] - this.x.range[0]);
    const size = Math.hypot(w1, w2);
    const [nx, ny, from] = size ? [w1 / size, w2 / size, -b / size] : [1, 0, (b > 0 ? -far : far) / 2];
    const corner = (along, ahead) => [(from + ahead) * nx - along * ny, (from + ahead) * ny + along * nx];
    const draw = (path, corners) => this.trace(path, corners.map(([x]) => x), corners.map(([, y]) => y));
    draw(edge, [corner(far, 0), corner(-far, 0)]);
    draw(area, [corner(far, 0), corner(-far, 0), corner(-far, far), corner(far, far)]);
  }

  // A name next to what it names. It hides from screen readers, whom the readout serves.
  label(name, words = "") {
    const made = svg("text", { class: `name ${name}`, "aria-hidden": true }, words);
    this.over.append(made);
    return made;
  }

  // Put a name where it is to stand, in pixels; it is hidden where that is nowhere.
  write(node, x, y, anchor = "start") {
    set(node, { visibility: Number.isNaN(x + y) ? "hidden" : "visible", "text-anchor": anchor });
    if (!Number.isNaN(x + y)) set(node, { x, y });
  }

  // A point. One that can be moved has a ring around it that a finger can hit.
  point(name, movable = false) {
    const made = svg("g", { class: `point ${name}` }, svg("circle", { r: movable ? 7 : 5 }));
    if (movable) made.append(svg("circle", { r: 22, class: "ring" }));
    this.over.append(made);
    return made;
  }

  move(node, x, y) {
    const there = Number.isFinite(x + y);
    set(node, { visibility: there ? "visible" : "hidden" });
    if (there) set(node, { transform: `translate(${this.X(x).toFixed(1)} ${this.Y(y).toFixed(1)})` });
  }
}

// ---------------------------------------------------------------- the address

// ?explorer=function:tanh,z:0.5#explorer: a parameter for each element, named by the element's id, so that
// several on a page do not meet; the fragment is left to headings, and to the element itself.

function asked(id) {
  const found = new URLSearchParams(location.search).get(id) ?? "";
  return found.split(",").filter(Boolean).map((part) => {
    const colon = part.indexOf(":");
    return colon < 0 ? [part, ""] : [part.slice(0, colon), part.slice(colon + 1)];
  });
}

// The query with another state of one element.
function query(id, state) {
  const others = location.search.slice(1).split("&").filter((part) => part && part.split("=")[0] !== id);
  const parts = state ? [...others, `${id}=${state}`] : others;
  return parts.length ? `?${parts.join("&")}` : "";
}

// ---------------------------------------------------------------- the element

export class Explorable extends HTMLElement {
  // A subclass has:
  //   build()  makes plots and controls, by the methods below
  //   draw()   brings the plots up to this.state
  //   told()   says in words what this.state shows
  // and may have follow(key), called when the reader has changed one setting, before draw().

  // No task may hold up a slow machine for long: the static figure stands until the last one.
  connectedCallback() {
    this.stop = new AbortController();
    this.sizes = new ResizeObserver(() => this.fit());
    const faults = this.assemble();
    this.later(() => {
      const words = this.told(); // with all that must be computed for it
      this.later(() => this.appear(faults, words));
    });
  }

  assemble() {
    this.fields = new Map(); // key -> what reads, checks and shows one setting
    this.state = {};
    this.plots = [];
    this.frame = 0;
    this.id ||= this.localName.replace("book-", "");

    this.figures = html("div", { className: "plots" });
    this.tools = html("div", { className: "tools" });
    this.shown = html("p", { className: "readout", ariaHidden: "true" });
    this.spoken = html("p", { className: "sr", ariaLive: "polite" });
    this.note = html("p", { className: "note" });
    set(this.note, { role: "status" });
    this.ends = html("div", { className: "ends" });
    this.aside = html("div", { className: "aside" }, this.tools, this.shown, this.spoken, this.ends, this.note);
    this.live = html("div", { className: "live" }, this.figures);
    set(this.live, { role: "group", "aria-label": this.constructor.title });

    this.build();
    this.button("Reset", () => this.reset(), this.ends);
    this.button("Copy link", () => this.copyLink(), this.ends);
    this.start = { ...this.state };
    this.readAttributes();
    return this.readAddress();
  }

  appear(faults, words) {
    this.shown.textContent = this.spoken.textContent = words; // for whoever reads on; only what changes is announced
    // In the place of the drawing, above its caption.
    const figure = this.querySelector("figure") ?? this;
    figure.insertBefore(this.live, figure.querySelector("figcaption"));
    this.classList.add("started");
    if (faults.length) {
      this.note.textContent = `The address asks for what cannot be: ${faults.join("; ")}. The rest holds.`;
    }

    this.fit(); // lays out what is there for its sizes, which is little as yet
    this.live.append(this.aside);
    for (const { svg } of this.plots) this.sizes.observe(svg);
    this.showFields();
  }

  disconnectedCallback() {
    this.stop.abort();
    this.sizes.disconnect();
    clearTimeout(this.waiting);
    this.pause();
    cancelAnimationFrame(this.frame);
    this.live.remove();
    this.classList.remove("started");
  }

  // What can wait until the rest is on the screen.
  later(act, milliseconds = 0) {
    const { signal } = this.stop;
    setTimeout(() => signal.aborted || act(), milliseconds);
  }

  listen(target, type, act, options = {}) {
    target.addEventListener(type, act, { ...options, signal: this.stop.signal });
  }

  // ------------------------------------------------------------ what build() is made of

  plot(...settings) {
    const made = new Plot(...settings);
    this.plots.push(made);
    this.figures.append(made.svg);
    return made;
  }

  // One setting: a label, the control behind it, and `rules`, which say what may be asked for, and how it reads.
  field(key, label, control, value, wide, now, rules) {
    control.id = `${this.id}-${key}`;
    const row = html("div", { className: wide ? "field wide" : "field" }, html("label", { htmlFor: control.id }, label), control);
    this.tools.append(row);
    this.state[key] = value;
    this.listen(control, "input", () => this.change(key, now()));
    this.fields.set(key, { row, ...rules });
    return row;
  }

  choice(key, label, options, value, wide = false) {
    const control = html("select", {}, ...options.map(([name, words]) => new Option(words, name)));
    const names = options.map(([name]) => name);
    this.field(key, label, control, value, wide, () => control.value, {
      read: (asked) => (names.includes(asked) ? asked : undefined),
      write: String,
      rule: `one of ${names.join(", ")}`,
      show: (value) => (control.value = value),
    });
  }

  // A slider over a list of values: rising, and as close as they need to be. A value that the address
  // or the code has set may lie between two of them, and holds until the reader moves the slider.
  slider(key, label, stops, value, wide = false) {
    const control = html("input", { type: "range", max: stops.length - 1 });
    const told = html("span", { className: "value", ariaHidden: "true" });
    const [low, high] = [stops[0], stops.at(-1)];
    const whole = stops.every(Number.isInteger);
    this.field(key, label, control, value, wide, () => stops[control.valueAsNumber], {
      stops,
      read: (asked) => {
        const number = /^-?\d+(\.\d+)?(e-?\d+)?$/.test(asked) ? Number(asked) : NaN;
        return number >= low && number <= high && (!whole || Number.isInteger(number)) ? number : undefined;
      },
      write: (value) => String(Number(value.toPrecision(8))),
      rule: `a ${whole ? "whole number" : "number"} from ${text(low)} to ${text(high, 9)}`,
      show: (value) => {
        control.value = stops.indexOf(nearest(stops, value));
        told.textContent = text(value, whole ? 9 : 4);
        set(control, { "aria-valuetext": told.textContent });
      },
    }).append(told);
  }

  button(words, act, parent = this.tools) {
    const made = html("button", { type: "button" }, words);
    this.listen(made, "click", act);
    parent.append(made);
    return made;
  }

  // A row of buttons below the fields.
  buttons() {
    const made = html("div", { className: "buttons wide" });
    this.tools.append(made);
    return made;
  }

  // Drag a point, or the whole of a plot: settings follow the values under the pointer, stop by stop.
  drag(plot, node, ...keys) {
    const move = (event) => {
      if (!node.hasPointerCapture?.(event.pointerId)) return;
      const values = plot.at(event);
      keys.forEach((key, n) => this.change(key, nearest(this.fields.get(key).stops, values[n])));
    };
    this.listen(node, "pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      node.setPointerCapture(event.pointerId);
      move(event);
    });
    this.listen(node, "pointermove", move);
  }

  // What `make` gives for these settings: made once, for as long as they stay.
  kept(settings, make) {
    const key = settings.join(" ");
    if (this.key !== key) [this.made, this.key] = [make(), key];
    return this.made;
  }

  // ------------------------------------------------------------ what happens to it

  // The reader, or a finger on a plot, has chosen a value.
  change(key, value) {
    if (Object.is(this.state[key], value)) return;
    this.pause();
    this.state[key] = value;
    this.follow?.(key);
    this.show();
    this.settle();
  }

  // Bring controls, plots and readout up to the state; the plots once a frame.
  show() {
    this.showFields();
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
      this.shown.textContent = this.told();
    });
  }

  showFields() {
    for (const [key, field] of this.fields) field.show(this.state[key]);
  }

  settle() {
    this.note.textContent = "";
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.spoken.textContent = this.told();
      history.replaceState(history.state, "", location.pathname + query(this.id, this.asText()) + location.hash);
    }, QUIET);
  }

  fit() {
    let changed = false;
    // All sizes first: a drawn plot would make the browser lay out the page anew for the next one.
    for (const [plot, { width, height }] of this.plots.map((plot) => [plot, plot.svg.getBoundingClientRect()])) {
      if (!width || (width === plot.width && height === plot.height)) continue;
      plot.resize(width, height);
      changed = true;
    }
    if (changed && this.plots.every((plot) => plot.width)) this.paint();
  }

  paint() {
    this.draw();
    for (const plot of this.plots) plot.finish();
  }

  reset() {
    this.pause();
    for (const [key, value] of Object.entries(this.defaults())) {
      this.state[key] = value;
      this.follow?.(key);
    }
    this.show();
    this.settle();
  }

  // A button that moves one setting from stop to stop, up to `end()`, and from there begins again: a stop a
  // frame, or a stride twice a second for those who asked their system for less motion. Nothing moves
  // before it is pressed.
  playButton(key, end, parent) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const { stops } = this.fields.get(key);
    let last;
    const wait = () => {
      const act = () => this.playing === turn && go();
      const turn = (this.playing = calm.matches ? setTimeout(act, 500) : requestAnimationFrame(act));
    };
    const go = () => {
      const now = this.state[key];
      if (now >= last) return this.pause();
      const next = stops.findIndex((stop) => stop > now) + (calm.matches ? 19 : 0);
      this.state[key] = Math.min(stops[next] ?? last, last);
      this.show();
      wait();
    };
    this.player = this.button("Play", () => {
      if (this.playing) return this.pause();
      last = end();
      if (this.state[key] >= last) this.state[key] = stops[0];
      this.show();
      this.player.textContent = "Pause";
      wait();
    }, parent);
  }

  pause() {
    if (!this.playing) return;
    this.playing = 0;
    this.player.textContent = "Play";
    this.show();
    if (!this.stop.signal.aborted) this.settle();
  }

  // ------------------------------------------------------------ attributes and the address

  // What the page sets: <book-explorer function="tanh" z="0.5">. The build has checked it.
  readAttributes() {
    this.preset = {};
    this.take([...this.attributes].map(({ name, value }) => [name, value]), this.preset);
  }

  // The state in which the page shows the element.
  defaults() {
    return { ...this.start, ...this.preset };
  }

  readAddress() {
    return this.take(asked(this.id), {}, true);
  }

  // Set what is in order; say what is not.
  take(pairs, taken, strict = false) {
    const faults = [];
    for (const [key, value] of pairs) {
      const field = this.fields.get(key);
      const read = field?.read(value);
      if (read !== undefined) {
        this.state[key] = taken[key] = read;
        this.follow?.(key);
      } else if (strict) {
        const short = (words) => words.slice(0, 30);
        faults.push(
          field ? `${key} must be ${field.rule}, not “${short(value)}”` : `there is no setting “${short(key)}”`,
        );
      }
    }
    return faults;
  }

  // The state as the address has it: what differs from the page's own.
  asText() {
    const page = this.defaults();
    return [...this.fields]
      .filter(([key, field]) => field.write(this.state[key]) !== field.write(page[key]))
      .map(([key, field]) => `${key}:${field.write(this.state[key])}`)
      .join(",");
  }

  async copyLink() {
    const link = location.origin + location.pathname + query(this.id, this.asText()) + `#${this.id}`;
    try {
      await navigator.clipboard.writeText(link);
      this.note.textContent = "Link copied. It opens this figure as it stands.";
    } catch {
      this.note.textContent = `This browser does not let the page copy. The link: ${link}`;
    }
  }
}
