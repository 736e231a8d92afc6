"""What a figure draws, in a few readable numbers, so that a change shows in review.

A fingerprint holds the size, the axes with labels, limits, scales and ticks, every text with its
place and look, and of each curve, area and patch its look (colours, widths, dashes, sizes, order),
its number of points, some of them and their moments.
The committed ones stand in tests/fingerprints/; `make update` renews them.
"""

import json
import math

import matplotlib
import numpy as np

SAMPLES = 7
# The label of a line that shows errors of rounding, which are others on another processor.
ROUNDING = "_rounding"


def fingerprint(fig):
    """The drawn data of a Matplotlib figure as plain lists, dicts, strings and numbers."""
    fig.draw_without_rendering()  # settles limits and layout
    found = {
        "size in": _round(fig.get_size_inches()),
        "axes": [_axes(ax) for ax in fig.axes],
    }
    if fig.texts:  # labels that several axes share
        found["texts"] = [
            [t.get_text(), _hex(t.get_color()), *_round([t.get_fontsize(), t.get_rotation()])]
            for t in fig.texts
        ]
    return found


def _axes(ax):
    unread = [*ax.images, *ax.tables, *ax.artists, *filter(None, [ax.get_legend()])]
    if unread:
        raise TypeError(f"no fingerprint holds what a {type(unread[0]).__name__} shows")
    drawn = [
        *(_line(line) for line in ax.lines),
        *(_collection(collection) for collection in ax.collections),
        *(_patch(patch, ax) for patch in ax.patches),
    ]
    found = {
        "title": ax.get_title(loc="left") or ax.get_title(),
        "x": [ax.get_xlabel(), ax.get_xscale(), *_round(ax.get_xlim())],
        "y": [ax.get_ylabel(), ax.get_yscale(), *_round(ax.get_ylim())],
        "texts": [_text(text, ax) for text in ax.texts],
        "drawn": drawn,
    }
    if ax.get_aspect() != "auto":
        found["aspect"] = _round([ax.get_aspect()])
    if ax.figure.get_layout_engine() is None:  # placed by hand
        found["place"] = _round(ax.get_position().bounds)
    if ax.axison:
        found["x ticks"], found["y ticks"] = _ticks(ax.xaxis), _ticks(ax.yaxis)
        found["edges"] = [name for name, spine in ax.spines.items() if spine.get_visible()]
    return found


def _ticks(axis):
    """[place, label] of each tick that is to be seen, and what the small ticks and grid lines are.

    The length too, where it is not that of the style.
    """
    low, high = sorted(axis.get_view_interval())
    rim = (high - low) * 1e-6
    inside = [t for t in axis.get_major_ticks() if low - rim <= t.get_loc() <= high + rim]
    found = [[*_round([tick.get_loc()]), tick.label1.get_text()] for tick in inside]
    small = sum(low - rim <= place <= high + rim for place in axis.get_minorticklocs())
    if small:
        found.append(f"{small} small")
    if any(tick.gridline.get_visible() for tick in inside):
        found.append("grid")
    length = {tick.tick1line.get_markersize() for tick in inside}
    if length - {matplotlib.rcParams[f"{axis.axis_name}tick.major.size"]}:
        found.append(f"{max(length):.7g} long")
    return found


def _text(text, ax):
    look = [_hex(text.get_color()), f"{text.get_ha()} {text.get_va()}"]
    look += [x for x in (text.get_fontstyle(), str(text.get_fontweight())) if x != "normal"]
    if not text.get_transform().contains_branch(ax.transData):
        look.append("not in data coordinates")
    numbers = [text.get_fontsize(), text.get_rotation(), text.get_zorder()]
    found = [text.get_text(), *_round(text.get_position()), *look, *_round(numbers)]
    halo, arrow = text.get_bbox_patch(), getattr(text, "arrow_patch", None)
    if halo:
        found += [_hex(halo.get_facecolor()), *_round([halo.get_boxstyle().pad])]
    if arrow:
        numbers = [arrow.get_linewidth(), arrow.get_mutation_scale(), arrow.shrinkA, arrow.shrinkB]
        found += [_hex(arrow.get_edgecolor()), *_round([*text.xy, *numbers])]
        found += [type(arrow.get_arrowstyle()).__name__, arrow.get_linestyle()]
    return found


def _line(line):
    points = np.column_stack([line.get_xdata(orig=False), line.get_ydata(orig=False)])
    style = f"{line.get_linestyle()} {line.get_marker()}".replace("None", "").strip()
    look = [_hex(line.get_color(), line.get_alpha()), style]
    numbers = [line.get_linewidth(), line.get_zorder()]
    if line.is_dashed():
        # get_linestyle says only "--" for a pattern of one's own.
        numbers += [line._unscaled_dash_pattern[0], *line._unscaled_dash_pattern[1]]
    elif line.get_solid_capstyle() != "projecting":  # as it is unless set
        look.append(line.get_solid_capstyle())
    if line.get_marker() not in (None, "None", "", " "):
        look += [_hex(line.get_markerfacecolor()), _hex(line.get_markeredgecolor())]
        numbers += [line.get_markersize(), line.get_markeredgewidth()]
    if line.get_label() == ROUNDING:
        return {"line": [*look, *_round(numbers)], "rounding": _points(points)}
    return {"line": [*look, *_round(numbers)], **_points(points)}


def _collection(collection):
    offsets = np.ma.getdata(collection.get_offsets()).reshape(-1, 2)
    vertices = [path.vertices for path in collection.get_paths() if len(path.vertices)]
    # A scatter is its offsets; an area or a contour is its paths.
    points = offsets if len(offsets) > 1 or not vertices else np.concatenate(vertices)
    colours = [_hex(c) for c in [*collection.get_facecolor(), *collection.get_edgecolor()]]
    numbers = [*sorted({float(width) for width in collection.get_linewidths()})]
    for offset, dashes in collection.get_linestyles():
        numbers += [offset, *dashes] if dashes else []
    if len(offsets) > 1:
        numbers += sorted({float(size) for size in collection.get_sizes()})
    look = [*sorted(set(colours)), *_round([*numbers, collection.get_zorder()])]
    return {type(collection).__name__: look, **_points(points)}


def _patch(patch, ax):
    path = patch.get_transform().transform_path(patch.get_path())
    points = ax.figure.dpi_scale_trans.inverted().transform(path.vertices)
    look = [_hex(patch.get_facecolor()), _hex(patch.get_edgecolor())]
    look += _round([patch.get_linewidth(), patch.get_zorder()])
    return {type(patch).__name__: look, **_points(points)}


def _points(points):
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    chosen = points[np.linspace(0, len(points) - 1, min(SAMPLES, len(points))).astype(int)]
    finite = points[np.isfinite(points).all(axis=1)]
    moments = [*finite.mean(axis=0), *finite.std(axis=0)] if len(finite) else []
    return {
        "points": len(points),
        "some": [_round(point) for point in chosen],
        "moments": _round(moments),
    }


def _hex(colour, alpha=None):
    from matplotlib.colors import to_hex, to_rgba

    return to_hex(to_rgba(colour, alpha), keep_alpha=True)


def _round(numbers):
    """Seven significant digits; NaN and infinities as words, which JSON can hold."""
    return [float(f"{n:.7g}") if math.isfinite(n) else str(float(n)) for n in map(float, numbers)]


def difference(one, other, where=""):
    """The first place at which two fingerprints differ, as text; None when they agree."""
    if isinstance(one, bool) or isinstance(other, bool) or type(one) is not type(other):
        both_numbers = {type(one), type(other)} <= {int, float}
        if not both_numbers:
            return f"{where}: {one!r} became {other!r}"
    if isinstance(one, dict):
        if set(one) != set(other):
            return f"{where}: {sorted(one)} became {sorted(other)}"
        pairs = [(f"{where}/{key}", one[key], other[key]) for key in one]
    elif isinstance(one, list):
        if len(one) != len(other):
            return f"{where}: {len(one)} entries became {len(other)}"
        pairs = [(f"{where}[{n}]", a, b) for n, (a, b) in enumerate(zip(one, other, strict=True))]
    elif isinstance(one, (int, float)):
        # Different machines differ in the last bits; a reader sees the first three or four digits.
        # What is drawn may be 0 but for rounding; where a text or a limit is, someone wrote down.
        drawn = "/drawn" in where
        close = 0.1 if "/rounding" in where else 1e-5
        same = math.isclose(one, other, rel_tol=close, abs_tol=1e-9 if drawn else 1e-300)
        return None if same else f"{where}: {one!r} became {other!r}"
    else:
        return None if one == other else f"{where}: {one!r} became {other!r}"
    return next((found for pair in pairs if (found := difference(pair[1], pair[2], pair[0]))), None)


def differ(path, drawn):
    """How a drawing differs from its committed fingerprint, as text; None when it agrees."""
    return difference(json.loads(path.read_text(encoding="utf-8")), drawn)


def as_text(found):
    """A fingerprint as text that reads well in a diff: one curve a line."""
    lines = ["{", f' "size in": {json.dumps(found["size in"])},', ' "axes": [']
    if "texts" in found:
        lines.insert(2, f' "texts": {json.dumps(found["texts"], ensure_ascii=False)},')
    for n, ax in enumerate(found["axes"]):
        lines.append("  {")
        for key, value in ax.items():
            if key in ("drawn", "texts"):
                rows = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in value)
                lines.append(f'   "{key}": [\n{rows}\n   ],' if value else f'   "{key}": [],')
            else:
                lines.append(f'   "{key}": {json.dumps(value, ensure_ascii=False)},')
        lines[-1] = lines[-1].rstrip(",")
        lines.append("  }" + ("," if n < len(found["axes"]) - 1 else ""))
    return "\n".join([*lines, " ]", "}"]) + "\n"
