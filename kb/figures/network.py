"""The graph around a term, cut to as many nodes as can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.figures.canvas import FAINT, GREY, INK, NARROW, Canvas, LineStyle, text_width, wrap
from kb.figures.drawn import drawn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.graph import Graph
    from kb.model import Corpus

_COLOURS = {
    "condition": ("#d6e9f5", "#0072B2"),
    "intervention": ("#fbe3d2", "#b34f00"),
    "outcome": ("#d5efe6", "#00805e"),
    "post": ("#f5e1ec", "#a8457a"),
}
_TURNS = 300
"""Rounds of pushing boxes apart."""
_TALLER = 12
"""Attempts at a taller drawing before boxes may overlap."""
_STYLES: dict[str, LineStyle] = {"studies": "-", "broader": "--", "names": ":"}
_SHARES = {"condition": 0.2, "intervention": 0.4, "outcome": 0.22, "post": 0.18}
_WORDS = {"condition": "conditions", "intervention": "interventions", "outcome": "outcomes", "post": "posts"}


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the picture and the number of studies that tie it to the centre."""

    name: str
    kind: str
    label: str
    studies: int


@dataclass(frozen=True, slots=True)
class Network:
    """The centre, the nodes around it, the edges among them, and how many nodes are not shown, by kind."""

    centre: Node
    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str, str], ...]
    """From, to, and ``studies``, ``broader`` or ``names``."""
    hidden: dict[str, int]


def compute_network(corpus: Corpus, graph: Graph, kind: str, identifier: str, most: int = 14) -> Network:
    """What stands around a condition or an intervention.

    Conditions, interventions and outcomes that share studies with the term (through findings, or through the
    study where it has none), its next broader and narrower terms, and the posts that name it. Of each kind those
    with most studies of their own are kept; the number of studies of a node includes its narrower terms.

    Parameters
    ----------
    corpus, graph
        The evidence and its graph.
    kind, identifier
        ``condition`` or ``intervention``, and its id.
    most
        Number of nodes around the centre.
    """
    centre = graphs.node(kind, identifier)
    below = graphs.narrower(graph, centre)
    answer = graphs.bearing_on(graph, **{kind: identifier})
    shared = _shared(graph, answer.findings, answer.studies)
    family = _near_terms(graph, centre)
    posts = {
        other
        for name in below
        for other, keys in graph.pred[name].items()
        if "names" in keys and other.startswith("post:")
    }
    pools: dict[str, list[tuple[int, str]]] = {name: [] for name in _SHARES}
    for name in family:
        pools[kind].append((len(shared.get(name, ())) + 1000, name))
    for name, studies in shared.items():
        data = graph.nodes[name]
        if name in below | family or data["kind"] not in pools or data["kind"] == kind:
            continue
        if data["kind"] != "intervention" or corpus.interventions[data["id"]].kind != "control":
            pools[data["kind"]].append((len(studies), name))
    wide = _widened(graph, _shared(graph, answer.findings, answer.studies, comparators=True))
    pools["post"] = [(0, name) for name in posts]
    chosen, hidden = _choose(pools, most)
    nodes = tuple(
        Node(name, graph.nodes[name]["kind"], graph.nodes[name]["label"], len(wide.get(name, ()))) for name in chosen
    )
    edges: list[tuple[str, str, str]] = []
    for item in nodes:
        if item.kind == "post":
            edges.append((item.name, centre, "names"))
        elif item.name in family:
            edges.append((item.name, centre, "broader"))
        else:
            edges.append((centre, item.name, "studies"))
    inside = {item.name for item in nodes}
    edges += [
        (a, b, "broader")
        for a in sorted(inside)
        for b in sorted(graph.succ[a])
        if b in inside and "broader" in graph.succ[a][b]
    ]
    data = graph.nodes[centre]
    return Network(Node(centre, kind, data["label"], len(answer.studies)), nodes, tuple(edges), hidden)


def _widened(graph: Graph, shared: dict[str, set[str]]) -> dict[str, set[str]]:
    """Studies of each term and of its narrower terms, as everywhere else in the base."""
    wide: dict[str, set[str]] = {}
    for name, studies in shared.items():
        for above in graphs.broader(graph, name):
            wide.setdefault(above, set()).update(studies)
    return wide


def _shared(
    graph: Graph, findings: tuple[str, ...], studies: tuple[str, ...], *, comparators: bool = False
) -> dict[str, set[str]]:
    """Studies by the terms that their findings name; by their own where a study has no finding.

    The edges are read, not the findings: what was found does not change who stands around a term.
    """
    roles = {"condition", "intervention", "outcome", *(["comparator"] if comparators else [])}
    shared: dict[str, set[str]] = {}
    with_findings = set()
    for identifier in findings:
        key = identifier.partition(".")[0]
        with_findings.add(key)
        for name, keys in graph.succ[graphs.node("finding", identifier)].items():
            if roles & {*keys}:
                shared.setdefault(name, set()).add(key)
    for key in (key for key in studies if key not in with_findings):
        for name, keys in graph.succ[graphs.node("study", key)].items():
            if "about" in keys and name.partition(":")[0] != "population":
                shared.setdefault(name, set()).add(key)
    return shared


def _near_terms(graph: Graph, centre: str) -> set[str]:
    up = {other for other, keys in graph.succ[centre].items() if "broader" in keys}
    return up | {other for other, keys in graph.pred[centre].items() if "broader" in keys}


def _choose(pools: dict[str, list[tuple[int, str]]], most: int) -> tuple[list[str], dict[str, int]]:
    ordered = {kind: [n for _, n in sorted(pool, key=lambda item: (-item[0], item[1]))] for kind, pool in pools.items()}
    quota = {kind: min(len(ordered[kind]), max(1, round(share * most))) for kind, share in _SHARES.items()}
    while (spare := most - sum(quota.values())) > 0:
        wanting = [kind for kind in _SHARES if quota[kind] < len(ordered[kind])]
        if not wanting:
            break
        for kind in wanting[:spare]:
            quota[kind] += 1
    chosen = [name for kind in _SHARES for name in ordered[kind][: quota[kind]]]
    return chosen, {kind: len(ordered[kind]) - quota[kind] for kind in _SHARES if len(ordered[kind]) > quota[kind]}


def network_words(data: Network) -> str:
    """The picture in words."""
    parts = []
    for kind, word in _WORDS.items():
        names = [f"{n.label}{f' ({n.studies})' if n.studies else ''}" for n in data.nodes if n.kind == kind]
        if names:
            parts.append(f"{word}: {', '.join(names)}")
    more = ", ".join(f"{n} more {_WORDS[kind] if n > 1 else kind}" for kind, n in data.hidden.items())
    told = f" Not shown: {more}." if more else ""
    around = "; ".join(parts) or "nothing else in the base"
    return f"Around {data.centre.label} (number of shared studies in parentheses): {around}.{told}"


@drawn
def draw_network(data: Network, width: float = NARROW) -> str:
    """Boxes joined by lines: solid for shared studies (more: thicker), dashed for broader terms, dotted for posts."""
    size = 11.0
    sizes: dict[str, tuple[float, float]] = {}
    lines: dict[str, list[str]] = {}
    for item in (data.centre, *data.nodes):
        label = f"{item.label} ({item.studies})" if item.studies else item.label
        lines[item.name] = wrap(label, 150 if width > 600 else 100, size, 3)
        longest = max(text_width(line, size) for line in lines[item.name])
        sizes[item.name] = (longest * 1.04 + 14, 14 * len(lines[item.name]) + 9)
    area = sum((w + 12) * (h + 12) for w, h in sizes.values())
    height = max(230.0, min(900.0, area * (1.9 if width > 600 else 1.75) / width))
    spots, height = _layout(data, sizes, width, height)
    canvas = Canvas(f"network {data.centre.name}", width, height + 48)
    for start, end, edge in data.edges:
        (x0, y0), (x1, y1) = spots[start], spots[end]
        other = next((n.studies for n in data.nodes if n.name == end), 0)
        style = _STYLES[edge]
        thick = 1 + min(other, 20) / 5 if edge == "studies" else 1.3
        canvas.line((x0, x1), (y0, y1), FAINT, thick, style)
    for item in (data.centre, *data.nodes):
        (x, y), (w, h) = spots[item.name], sizes[item.name]
        fill, edge = _COLOURS[item.kind]
        middle = item is data.centre
        _draw_box(canvas, (x, y, w, h), edge if middle else fill, edge)
        for row, line in enumerate(lines[item.name]):
            place = y + (row - (len(lines[item.name]) - 1) / 2) * 14
            canvas.text(x, place, line, size=size, align="center", colour="white" if middle else INK, bold=middle)
    x = 8.0
    for kind, (fill, edge) in _COLOURS.items():
        _draw_box(canvas, (x + 6, height + 18, 12, 12), fill, edge)
        canvas.text(x + 17, height + 18, kind, size=11)
        x += 26 + text_width(kind, 11)
    canvas.text(6, height + 37, "line: shared studies; dashed: broader term; dotted: post", size=10.5, colour=GREY)
    return canvas.svg(network_words(data))


def _draw_box(canvas: Canvas, box: tuple[float, float, float, float], fill: str, edge: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y, w, h = box
    patch = FancyBboxPatch(
        (x - w / 2 + 3, y - h / 2 + 3), w - 6, h - 6, boxstyle="round,pad=3", facecolor=fill, edgecolor=edge, zorder=2
    )
    canvas.add(patch)


def _layout(
    data: Network, sizes: dict[str, tuple[float, float]], width: float, height: float
) -> tuple[dict[str, list[float]], float]:
    """Places of the boxes and the height they need.

    A seeded spring layout; then boxes that overlap push each other apart, on a taller surface if they must.
    """
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from([data.centre.name, *(n.name for n in data.nodes)])
    graph.add_edges_from((a, b) for a, b, _ in data.edges)
    ring = nx.circular_layout(graph.subgraph([n.name for n in data.nodes]))
    start = {**{name: tuple(spot) for name, spot in ring.items()}, data.centre.name: (0.0, 0.0)}
    loose = nx.spring_layout(graph, seed=7, pos=start, fixed=[data.centre.name], iterations=60, k=1.1)
    places = {name: (float(spot[0]), float(spot[1])) for name, spot in loose.items()}
    spots: dict[str, list[float]] = {}
    for _ in range(_TALLER):
        spots = _scaled(places, width, height)
        spots[data.centre.name] = [width / 2, height / 2]
        if _push_apart(spots, sizes, data.centre.name, (width, height)):
            break
        height *= 1.12
    return spots, height


def _scaled(loose: Mapping[str, Sequence[float]], width: float, height: float) -> dict[str, list[float]]:
    """The layout stretched over the whole surface."""
    ends = [(min(spot[axis] for spot in loose.values()), max(spot[axis] for spot in loose.values())) for axis in (0, 1)]
    return {
        name: [
            8 + (float(spot[axis]) - low) / ((high - low) or 1) * (room - 16)
            for axis, room, (low, high) in zip((0, 1), (width, height), ends, strict=True)
        ]
        for name, spot in loose.items()
    }


def _push_apart(
    spots: dict[str, list[float]], sizes: dict[str, tuple[float, float]], centre: str, room: tuple[float, float]
) -> bool:
    """Move boxes until none overlaps, in the end only up and down; False when there is no room for that."""
    names = list(spots)
    for turn in range(_TURNS):
        moved = False
        for place, a in enumerate(names):
            for b in names[place + 1 :]:
                gaps = [
                    (sizes[a][axis] + sizes[b][axis]) / 2 + 7 - abs(spots[a][axis] - spots[b][axis]) for axis in (0, 1)
                ]
                if min(gaps) <= 0:
                    continue
                moved = True
                axis = 0 if gaps[0] < gaps[1] and turn < _TURNS / 3 else 1
                sign = 1 if spots[a][axis] >= spots[b][axis] else -1
                for name, way in ((a, sign), (b, -sign)):
                    if name != centre:
                        spots[name][axis] += way * gaps[axis] * (0.52 if centre not in {a, b} else 1.02)
        for name, spot in spots.items():
            for axis in (0, 1):
                half = sizes[name][axis] / 2 + 3
                spot[axis] = min(max(spot[axis], half), room[axis] - half)
        if not moved:
            return True
    return False
