"""A user's CSV file: what is read, and how what is wrong is told."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.problems import KbError
from kb.synthesis import data
from kb.synthesis.data import DataError


def write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "studies.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "measure", "layout"),
    [
        ("study,yi,vi\nA,0.1,0.04\n", "GEN", "yi and vi"),
        ("study,yi,sei\nA,0.1,0.2\n", "GEN", "yi and sei"),
        ("Study;Yi;SEI\nA;0.1;0.2\n", "GEN", "yi and sei"),
        ("study\tyi\tvi\nA\t0.1\t0.04\n", "GEN", "yi and vi"),
        ("study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,1,2,30,2,2,30\n", "MD", "means, SDs and sizes of two groups"),
        ("study,Mean1,SD1,N1,Mean2,SD2,N2\nA,1,2,30,2,2,30\n", "MD", "means, SDs and sizes of two groups"),
        ("study,ai,n1i,ci,n2i\nA,1,30,2,30\n", "RR", "events and sizes of two groups"),
        ("study,events1,n1,events2,n2\nA,1,30,2,30\n", "RR", "events and sizes of two groups"),
        ("study,tpos,tneg,cpos,cneg\nA,1,29,2,28\n", "RR", "2 x 2 table of events and non-events"),
        ("study,x1i,t1i,x2i,t2i\nA,1,300.5,2,310\n", "IRR", "events and person-time of two groups"),
        ("study,hr,ci_low,ci_high\nA,0.5,0.25,1.0\n", "HR", "HR with its interval"),
        ("study,OR,CI.lb,CI.ub\nA,0.5,0.25,1.0\n", "OR", "OR with its interval"),
        ("study,xi,ni\nA,3,30\n", "PLO", "events of one group"),
    ],
)
def test_layouts(tmp_path, text, measure, layout):
    found = data.read(write(tmp_path, text))
    assert (found.measure, found.layout, len(found.effects)) == (measure, layout, 1)
    assert found.effects[0].label == "A"


def test_a_printed_ratio_becomes_a_logarithm_and_yi_stays(tmp_path):
    printed = data.read(write(tmp_path, "study,rr,ci_low,ci_high\nA,0.5,0.25,1.0\n"))
    assert printed.effects[0].estimate == pytest.approx(math.log(0.5))
    given = data.read(write(tmp_path, "study,yi,vi\nA,0.5,0.1\nB,0.7,0.1\n"), "RR")
    assert given.effects[0].estimate == 0.5
    assert any("logarithm" in note for note in given.notes)
    assert any("make sure" in note for note in given.notes)


def test_author_and_year_are_the_label_and_rows_without_one_are_numbered(tmp_path):
    found = data.read(write(tmp_path, "author,year,yi,vi\nLee,2020,0.1,0.1\n"))
    assert found.effects[0].label == "Lee 2020"
    assert data.read(write(tmp_path, "yi,vi\n1,0.1\n")).effects[0].label == "row 1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path, encoding):
    found = data.read(write(tmp_path, "study,yi,vi\nMüller,0.1,0.04\n", encoding))
    assert found.effects[0].label == "Müller"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_and_blank_lines(tmp_path, newline):
    text = newline.join(["sep=;", "study;yi;vi", "", "A;0.1;0.04", ";;", "B;0.2;0.04", ""])
    assert [e.label for e in data.read(write(tmp_path, text)).effects] == ["A", "B"]


def test_rows_with_a_missing_number_or_no_events_are_left_out_and_told(tmp_path):
    text = "study,ai,n1i,ci,n2i\nA,1,30,2,30\nB,NA,30,2,30\nC,0,30,0,30\nD,,30,2,30\n"
    found = data.read(write(tmp_path, text))
    assert [e.label for e in found.effects] == ["A"]
    assert dict(found.left_out) == {
        "B": "a number is missing",
        "C": "no events in either group: no information on a ratio (Handbook 10.4.4.1)",
        "D": "a number is missing",
    }


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("study,yi,vi\nA,0.1,0.04\nB,abc,0.04\n", 3, "'abc' is not a number"),
        ('study,yi,vi\nA,"0,1",0.04\n', 2, "decimal comma"),
        ("study;yi;vi\nA;0,1;0,04\n", 2, "decimal comma"),
        ("study,yi,vi\nA,0,1,0,04\n", 2, "0.5"),
        ("study,yi,vi\nA,0.1\n", 2, "2 cells where the header has 3"),
        ("study,yi,vi\nA,0.1,0\n", 2, "not above zero"),
        ("study,yi,vi\nA,0.1,-1\n", 2, "not above zero"),
        ("study,yi,vi\nA,inf,0.1\n", 2, "is not a number"),
        ("study,yi,vi\nA,1e999,0.1\n", 2, "not a finite number"),
        ("study,ai,n1i,ci,n2i\nA,31,30,2,30\n", 2, "more events than people"),
        ("study,ai,n1i,ci,n2i\nA,3.5,30,2,30\n", 2, "not a count"),
        ("study,hr,ci_low,ci_high\nA,2.42,1.98,3.62\n", 2, "not symmetric"),
        ("study,foo,bar\nA,1,2\n", 1, "no known set of columns"),
        ("study,yi,yi,vi\nA,1,1,2\n", 1, "two columns for yi"),
        ("study,yi,vi\n", 1, "no rows"),
        ("", 1, "empty"),
        ("\n\n", 1, "empty"),
    ],
)
def test_errors_name_file_line_and_what_to_do(tmp_path, text, line, words):
    path = write(tmp_path, text)
    with pytest.raises(DataError) as caught:
        data.read(path)
    problem = caught.value.problems[0]
    assert (problem.path, problem.line) == (str(path), line)
    assert words in str(problem)
    assert problem.advice
    assert caught.value.exit_status == 1


def test_every_wrong_row_is_told_at_once(tmp_path):
    with pytest.raises(DataError) as caught:
        data.read(write(tmp_path, "study,yi,vi\nA,x,0.04\nB,0.1,y\nC,0.1,0.1\n"))
    assert [p.line for p in caught.value.problems] == [2, 3]


def test_a_quoted_line_break_keeps_the_line_numbers(tmp_path):
    with pytest.raises(DataError) as caught:
        data.read(write(tmp_path, 'study,yi,vi\n"A\nlong",0.1,0.04\nB,x,0.1\n'))
    assert caught.value.problems[0].line == 4


def test_measures_that_the_columns_do_not_allow(tmp_path):
    path = write(tmp_path, "study,ai,n1i,ci,n2i\nA,1,30,2,30\n")
    assert data.read(path, "or").measure == "OR"
    with pytest.raises(DataError, match=r"SMD cannot be had.*RR, OR, RD"):
        data.read(path, "SMD")


def test_files_that_are_no_tables(tmp_path):
    with pytest.raises(KbError, match="cannot be read"):
        data.read(tmp_path / "missing.csv")
    with pytest.raises(KbError, match="cannot be read"):
        data.read(tmp_path)
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\x00\xff\xfe")
    with pytest.raises(KbError, match="not a text file"):
        data.read(tmp_path / "picture.csv")


@given(st.text(alphabet='ab1.,;\t\n\r"yivse-0 é\x00', max_size=200))
def test_any_text_is_read_or_refused_in_words(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "studies.csv"
    path.write_bytes(("study,yi,vi\n" + text).encode())
    with contextlib.suppress(KbError):  # any other exception is a crash
        found = data.read(path)
        assert all(math.isfinite(e.estimate) and e.se > 0 for e in found.effects)
