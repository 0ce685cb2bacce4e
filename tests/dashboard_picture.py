#!/usr/bin/env python3
"""Draws a dashboard of CloudWatch as SVG from its body, as its console lays it out; the figures are made up.

    tests/dashboard_picture.py < body.json > dashboard.svg

Names that only AWS knows may stand in the body as references; an alarm is called by its name in the template then.
"""

import html
import json
import math
import random
import re
import sys

COLUMNS, CELL, ROW, GAP = 24, 50, 46, 8
COLOURS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf", "#d62728"]
POINTS = 90
LEGEND = 13


def placed(widgets):
    """Each widget with its place: its own, or the next that is free."""
    x = y = below = 0
    for widget in widgets:
        width, height = widget.get("width", 6), widget.get("height", 6)
        if "x" in widget:
            yield widget, widget["x"], widget["y"], width, height
            continue
        if x + width > COLUMNS:
            x, y, below = 0, below, 0
        yield widget, x, y, width, height
        x, below = x + width, max(below, y + height)


def text(x, y, words, size=12, colour="#16191f", weight="normal", anchor="start"):
    style = f'font-size="{size}" fill="{colour}" font-weight="{weight}" text-anchor="{anchor}"'
    return f'<text x="{x:.0f}" y="{y:.0f}" {style}>{html.escape(str(words))}</text>'


def called(reference):
    """`⟦AWS::CloudWatch::Alarm/web-cpu.Arn⟧`, or an ARN whose name begins with tenant and environment: the name within the stack."""
    name = re.search(r"/([^/⟧]*)\.\w+⟧$", reference)
    return name.group(1) if name else reference.split(":")[-1].split("-", 2)[-1]


def series(metrics):
    """What is drawn of a graph's metrics: a label, a colour if it has its own, and whether the sum counts."""
    for metric in metrics:
        settings = metric[-1] if isinstance(metric[-1], dict) else {}
        if settings.get("visible", True):
            yield settings.get("label") or (metric[1] if len(metric) > 1 else settings.get("expression")), settings.get("color")


def curve(seed, level, spread):
    """Made-up figures between 0 and 1, the same each time."""
    chance = random.Random(seed)
    phase = chance.random() * 6
    drift = 0.0
    for at in range(POINTS):
        drift = 0.8 * drift + chance.uniform(-spread, spread)
        yield min(max(level + 4 * spread * math.sin(at / 14 + phase) + drift, 0.01), 0.98)


def level_of(title, number, many):
    """Where a line lies: what should be rare lies low, and lines of one graph apart."""
    if re.search("fail|refused|given up|throw out", title.lower()):
        return 0.03, 0.008
    if "Apdex" in title:
        return 0.93, 0.01
    if "take" in title:
        return 0.15 + 0.25 * number, 0.015
    return 0.2 + 0.45 * (number + 1) / (many + 1), 0.03


def graph(properties, left, top, width, height):
    title, lines = properties.get("title", ""), list(series(properties["metrics"]))
    axis = properties.get("yAxis", {}).get("left", {})
    most = axis.get("max")
    bottom, right, head = top + height - 30, left + width - 12, top + 40
    begin = left + 40
    yield text(left + 12, top + 22, title, 13, weight="bold")
    if axis.get("label"):
        yield text(begin, head - 4, axis["label"], 9, "#687078")
    for step in range(5):
        y = bottom - (bottom - head) * step / 4
        yield f'<line x1="{begin}" y1="{y:.0f}" x2="{right}" y2="{y:.0f}" stroke="#eaeded"/>'
        if most is not None:
            yield text(begin - 4, y + 3, f"{most * step / 4:g}", 9, "#687078", anchor="end")
    for note in properties.get("annotations", {}).get("horizontal", []):
        share = note["value"] / (most or note["value"] * 1.5)
        y = bottom - (bottom - head) * share
        colour = note.get("color", "#d62728")
        yield f'<line x1="{begin}" y1="{y:.0f}" x2="{right}" y2="{y:.0f}" stroke="{colour}" stroke-dasharray="4 3"/>'
        yield text(right, y - 3, f"{note.get('label', '')} {note['value']:g}", 9, colour, anchor="end")
    x = begin
    for number, (label, colour) in enumerate(lines):
        colour = colour or COLOURS[number % len(COLOURS)]
        level, spread = level_of(title, number, len(lines))
        points = enumerate(curve(f"{title} {label}", level, spread))
        path = " ".join(f"{begin + (right - begin) * at / (POINTS - 1):.1f},{bottom - (bottom - head) * value:.1f}" for at, value in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.4"/>'
        if x + 20 + 6 * len(label) > right:
            continue
        yield f'<rect x="{x}" y="{bottom + LEGEND - 1}" width="9" height="9" fill="{colour}"/>'
        yield text(x + 13, bottom + LEGEND + 7, label, 10, "#545b64")
        x += 26 + 6 * len(label)


def states(properties, left, top, width, height):
    yield text(left + 12, top + 22, properties.get("title", ""), 13, weight="bold")
    across = (width - 24) / 6
    for number, alarm in enumerate(properties["alarms"]):
        x, y = left + 12 + across * (number % 6), top + 34 + 40 * (number // 6)
        yield f'<rect x="{x:.0f}" y="{y}" width="{across - 8:.0f}" height="32" rx="3" fill="#f2f8f0" stroke="#1d8102"/>'
        yield text(x + 10, y + 20, called(alarm), 11, "#1d8102")


def words(properties, left, top, width, height):
    yield text(left + 4, top + 30, properties["markdown"].lstrip("# "), 20, weight="bold")


def drawn(body):
    all_placed = list(placed(body["widgets"]))
    rows = max((y + height for _, _, y, _, height in all_placed), default=1)
    width, height = COLUMNS * CELL + GAP, rows * ROW + GAP
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" font-family="Helvetica, Arial, sans-serif">'
    yield f'<rect width="{width}" height="{height}" fill="#f2f3f3"/>'
    ways = {"metric": graph, "alarm": states, "text": words}
    for widget, x, y, columns, high in all_placed:
        place = (x * CELL + GAP, y * ROW + GAP, columns * CELL - GAP, high * ROW - GAP)
        if widget["type"] != "text":
            yield '<rect x="{}" y="{}" width="{}" height="{}" rx="2" fill="#fff" stroke="#d5dbdb"/>'.format(*place)
        yield from ways[widget["type"]](widget["properties"], *place)
    yield "</svg>"


if __name__ == "__main__":
    print("\n".join(drawn(json.load(sys.stdin))))
