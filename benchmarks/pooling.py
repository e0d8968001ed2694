"""One thousand pools of 20 studies by REML with Hartung-Knapp: seconds, and the ratio to others on the same numbers.

Each is measured after its import and one pool to warm up, best of three. PyMARE's own loop only estimates (tau2, mean
and standard error); statsmodels, where it is installed, has no REML and is given its nearest, the iterated Paule-Mandel
estimate. A pool of ours has I2, the Q-profile interval, Q, p and the prediction interval too.

Run: ``python benchmarks/pooling.py [--pools 1000] [--studies 20]``; exits with 1 when the promise of 10 seconds for
1,000 pools is not kept.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from kb.synthesis.effects import Effect, Missing, from_se
from kb.synthesis.pool import pool, pool_each

PROMISE = 10.0


def made(pools: int, studies: int) -> list[list[Effect]]:
    """Made-up effects, the same every time."""
    source = np.random.default_rng(20240607)
    every = []
    for _ in range(pools):
        se = source.uniform(0.1, 0.6, studies)
        true = source.normal(0.3, 0.25, studies)
        found = [from_se("SMD", float(y), float(s)) for y, s in zip(source.normal(true, se), se, strict=True)]
        every.append([effect for effect in found if not isinstance(effect, Missing)])
    return every


def best(job: Callable[[], object], repeats: int = 3) -> float:
    """Seconds of the fastest run."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return min(times)


def pymare_loop(columns: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """PyMARE as its manual shows it: one fit a pool."""
    kind = import_module("pymare.estimators").VarianceBasedLikelihoodEstimator
    for y, v in columns:
        kind(method="REML").fit(y, v, np.ones((len(y), 1)))


def statsmodels_loop(columns: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """Statsmodels' pooling, Hartung-Knapp included."""
    combine = import_module("statsmodels.stats.meta_analysis").combine_effects
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of intervals of the single studies
        for y, v in columns:
            combine(y.ravel(), v.ravel(), method_re="iterated", use_t=True).summary_frame()


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pools", type=int, default=1000)
    parser.add_argument("--studies", type=int, default=20)
    given = parser.parse_args()
    every = made(given.pools, given.studies)
    columns = [(np.array([[e.estimate] for e in some]), np.array([[e.variance] for e in some])) for some in every]
    jobs: dict[str, Callable[[], object]] = {
        "kb.synthesis.pool, one by one": lambda: [pool(some) for some in every],
        "kb.synthesis.pool_each, all at once": lambda: pool_each(every),
        "PyMARE, one by one": lambda: pymare_loop(columns),
    }
    if find_spec("statsmodels"):
        jobs["statsmodels, one by one"] = lambda: statsmodels_loop(columns)
    pool(every[0])
    seconds = {name: best(job) for name, job in jobs.items()}
    print(f"{given.pools} pools of {given.studies} studies, seconds (best of 3)")
    for name, taken in seconds.items():
        print(f"{name:40} {taken:8.2f}   {1000 * taken / given.pools:7.3f} ms a pool")
    for other in [name for name in jobs if not name.startswith("kb")]:
        ratio = seconds[other] / seconds["kb.synthesis.pool_each, all at once"]
        print(f"all at once against {other}: {ratio:.1f} times as fast")
    allowed = PROMISE * given.pools / 1000
    if seconds["kb.synthesis.pool, one by one"] > allowed:
        print(f"promise of {allowed:g} seconds not kept")
        sys.exit(1)


if __name__ == "__main__":
    main()
