"""Figures as SVG: ``compute_x`` returns the data, ``draw_x`` draws it, ``x_words`` says it."""

from kb.figures.axis import Sides
from kb.figures.bars import bars_words, draw_bars
from kb.figures.canvas import NARROW, WIDE
from kb.figures.cells import Map, compute_groups, compute_map, draw_map, map_words, weights
from kb.figures.certainty_map import (
    CertaintyMap,
    MapCell,
    Pull,
    certainty_map_words,
    compute_certainty_map,
    draw_certainty_map,
)
from kb.figures.comparisons import (
    Compared,
    Comparisons,
    Treatment,
    comparisons_words,
    compute_comparisons,
    draw_comparisons,
)
from kb.figures.dark import dark_style
from kb.figures.estimates import Estimate, Panel, compute_estimates, draw_estimates, estimates_words
from kb.figures.forest import Diamond, Forest, ForestRow, Subgroup, compute_forest, forest_words
from kb.figures.forest_drawing import draw_forest
from kb.figures.funnel import Funnel, FunnelPoint, compute_funnel, draw_funnel, funnel_words
from kb.figures.harvest import Harvest, HarvestBar, Way, compute_harvest, draw_harvest, harvest_words, way_of
from kb.figures.lights import (
    Light,
    LightRow,
    Lights,
    Summary,
    compute_lights,
    compute_summary,
    draw_lights,
    draw_summary,
    light,
    lights_of,
    lights_words,
    overall_of,
    summary_words,
)
from kb.figures.network import Network, Node, compute_network, draw_network, network_words
from kb.figures.png import png
from kb.figures.timeline import Timeline, compute_timeline, draw_timeline, timeline_words

__all__ = [
    "NARROW",
    "WIDE",
    "CertaintyMap",
    "Compared",
    "Comparisons",
    "Diamond",
    "Estimate",
    "Forest",
    "ForestRow",
    "Funnel",
    "FunnelPoint",
    "Harvest",
    "HarvestBar",
    "Light",
    "LightRow",
    "Lights",
    "Map",
    "MapCell",
    "Network",
    "Node",
    "Panel",
    "Pull",
    "Sides",
    "Subgroup",
    "Summary",
    "Timeline",
    "Treatment",
    "Way",
    "bars_words",
    "certainty_map_words",
    "comparisons_words",
    "compute_certainty_map",
    "compute_comparisons",
    "compute_estimates",
    "compute_forest",
    "compute_funnel",
    "compute_groups",
    "compute_harvest",
    "compute_lights",
    "compute_map",
    "compute_network",
    "compute_summary",
    "compute_timeline",
    "dark_style",
    "draw_bars",
    "draw_certainty_map",
    "draw_comparisons",
    "draw_estimates",
    "draw_forest",
    "draw_funnel",
    "draw_harvest",
    "draw_lights",
    "draw_map",
    "draw_network",
    "draw_summary",
    "draw_timeline",
    "estimates_words",
    "forest_words",
    "funnel_words",
    "harvest_words",
    "light",
    "lights_of",
    "lights_words",
    "map_words",
    "network_words",
    "overall_of",
    "png",
    "summary_words",
    "timeline_words",
    "way_of",
    "weights",
]
