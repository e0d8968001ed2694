"""Figures as SVG: ``compute_x`` returns the data, ``draw_x`` draws it, ``x_words`` says it."""

from kb.figures.canvas import NARROW, WIDE
from kb.figures.cells import Map, compute_groups, compute_map, draw_map, map_words, weights
from kb.figures.estimates import Estimate, Panel, compute_estimates, draw_estimates, estimates_words
from kb.figures.network import Network, Node, compute_network, draw_network, network_words
from kb.figures.timeline import Timeline, compute_timeline, draw_timeline, timeline_words

__all__ = [
    "NARROW",
    "WIDE",
    "Estimate",
    "Map",
    "Network",
    "Node",
    "Panel",
    "Timeline",
    "compute_estimates",
    "compute_groups",
    "compute_map",
    "compute_network",
    "compute_timeline",
    "draw_estimates",
    "draw_map",
    "draw_network",
    "draw_timeline",
    "estimates_words",
    "map_words",
    "network_words",
    "timeline_words",
    "weights",
]
