"""One YAML file: read it with the line of every value, write it the same way every time."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import yaml

from kb.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Loc = Sequence[str | int]

_ID = re.compile(r"[a-z0-9][a-z0-9._-]*")
_WIDTH = 100
_MAX_BYTES = 20_000_000
_MANY = 1_500


class _Loader(yaml.CSafeLoader):
    """The safe loader, which also refuses a key given twice (PyYAML would keep the last one silently)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        mapping = super().construct_mapping(node, deep)
        if len(mapping) != len(node.value):
            seen: set[object] = set()
            for key_node, _ in node.value:
                key = self.construct_object(key_node, deep=True)
                if key in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the field '{key}' stands here twice", key_node.start_mark
                    )
                seen.add(key)
        return mapping


def _value(loader: _Loader, node: yaml.ScalarNode) -> object:
    """A date or number, or where it stands when there is none such: 2024-02-30."""
    made = yaml.SafeLoader.yaml_constructors[node.tag]
    try:
        return made(loader, node)
    except (ValueError, OverflowError) as error:
        told = f"'{node.value}': {error}"
        raise yaml.constructor.ConstructorError(None, None, told, node.start_mark) from error


# YAML 1.1 reads on, off, yes and no as truth values, so that a field called "on" is lost; only true and false are.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if first in "tTfF" or tag != "tag:yaml.org,2002:bool"]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}

for _tag in ("timestamp", "int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _value)


class _Dumper(yaml.CSafeDumper):
    """The safe dumper with block style, short id lists on one line, and no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _represent_list(dumper: _Dumper, data: Sequence[object]) -> yaml.Node:
    plain = all(isinstance(item, str) and _ID.fullmatch(item) for item in data)
    flow = not data or (plain and sum(len(str(item)) + 2 for item in data) < _WIDTH - 20)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=flow)


_Dumper.add_representer(list, _represent_list)
_Dumper.add_representer(tuple, _represent_list)


def read(path: Path, shown: str) -> tuple[Any, list[Problem]]:
    """Content of a YAML file, or the problem that keeps it from being read.

    Parameters
    ----------
    path
        The file.
    shown
        Its name in problems.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        return None, [Problem(shown, 0, "unreadable", f"cannot be read: {error.strerror}", "Check its permissions.")]
    if len(raw) > _MAX_BYTES:
        found = f"has {len(raw):,} bytes; an evidence file holds at most {_MAX_BYTES:,}"
        return None, [Problem(shown, 0, "too-large", found, "Split it or look for pasted data.")]
    try:
        return yaml.load(raw.decode("utf-8-sig"), Loader=_Loader), []  # noqa: S506 - a safe loader
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return None, [Problem(shown, line, "encoding", "is not UTF-8 text", "Save the file as UTF-8.")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = mark.line + 1 if mark else _line_of(raw, error)
        advice = "Mend the YAML; quote a text that holds ': ' or starts with a special character."
        if b"\t" in b"".join(raw.split(b"\n")[line - 1 : line]):
            advice = "Indent with spaces: YAML takes no tabs."
        return None, [Problem(shown, line, "yaml-syntax", f"is not valid YAML: {what}", advice)]
    except (RecursionError, ValueError) as error:
        found = f"cannot be read as YAML: {str(error) or 'nested too deep'}"
        return None, [Problem(shown, 0, "yaml-syntax", found, "Mend the value.")]


def _line_of(raw: bytes, error: yaml.YAMLError) -> int:
    """Line of a character that YAML does not allow, which is told by its position; 0 when it is not told."""
    if not isinstance(error, yaml.reader.ReaderError):
        return 0
    return raw.decode("utf-8-sig")[: error.position].count("\n") + 1


def read_all(files: Sequence[tuple[Path, str]]) -> Iterator[tuple[Any, list[Problem]]]:
    """What :func:`read` says of each file, in order; a large folder is read by several processes.

    Parsing is nearly all of the time that loading takes (about 2.5 ms a study), so from ``_MANY`` files on it is
    spread over the processors. loky starts its workers without importing the caller's main module again, which
    scripts and notebooks without a ``__main__`` guard need.
    """
    workers = min(os.cpu_count() or 1, 8)
    if len(files) < _MANY or workers == 1:
        yield from (read(path, shown) for path, shown in files)
        return
    from loky import ProcessPoolExecutor

    with ProcessPoolExecutor(max_workers=workers) as pool:
        yield from pool.map(read, *zip(*files, strict=True), chunksize=200)


class Lines:
    """Line numbers of the values of one YAML file, found only when a problem has to be shown."""

    def __init__(self, path: Path) -> None:
        try:
            self._root = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.CSafeLoader)
        except (OSError, ValueError, yaml.YAMLError, RecursionError):
            self._root = None

    def of(self, loc: Loc) -> int:
        """1-based line of the value at ``loc``, or of its nearest parent that exists; 0 for an empty file."""
        node = self._root
        line = 0 if node is None else node.start_mark.line + 1
        for part in loc:
            if isinstance(node, yaml.MappingNode):
                pair = next(((k, v) for k, v in node.value if k.value == str(part)), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line + 1, pair[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line + 1
            else:
                break
        return line


def dump(data: Mapping[str, object] | Sequence[object]) -> str:
    """YAML text of plain data: keys in the given order, Unicode as it is, the same bytes every time.

    Examples
    --------
    >>> print(dump({"key": "lee2020", "conditions": ["low-back-pain"], "year": None}), end="")
    key: lee2020
    conditions: [low-back-pain]
    year: null
    """
    return yaml.dump(_plain(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dt.date):
        return value
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    return value
