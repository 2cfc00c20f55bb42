"""One line for one source: mark, word, name, and the sentence, within the screen where there is one."""

from __future__ import annotations

from defa_id import languages
from defa_id.report.style import Style
from defa_id.report.summary_line import summary_line
from defa_id.report.text import sentence
from defa_id.report.width import width
from tests.report import made
from tests.report.test_text import HOSTILE, assert_harmless


def test_each_outcome_has_its_line() -> None:
    style = Style()
    for verdict, head in (
        (made.accepted(), "✓ ACCEPTED     a.jwt     "),
        (made.rejected(), "✗ REJECTED     a.jwt     "),
        (made.undecided(), "? NOT DECIDED  a.jwt     "),
    ):
        assert summary_line("a.jwt", verdict, style, room=8) == head + sentence(verdict)
    assert summary_line("c", "no such file", style, room=8) == "! NOT JUDGED   c         no such file"


def test_the_names_stand_in_one_column_in_every_language() -> None:
    for code in languages.known():
        texts = languages.texts(code)
        verdicts = (made.accepted(), made.rejected(), made.undecided(), "no such file")
        lines = [summary_line("a.jwt", verdict, Style(), room=8, texts=texts) for verdict in verdicts]
        assert len({width(line.partition("a.jwt")[0]) for line in lines}) == 1
        assert all(" a.jwt" in line for line in lines)


def test_on_a_screen_the_line_is_cut_and_the_end_of_a_path_is_kept() -> None:
    name = "inbox/" * 20 + "last.jwt"
    line = summary_line(name, made.accepted(), Style(80), room=200, cut=True)
    assert width(line) == 80
    assert "…ox/inbox/inbox/inbox/inbox/last.jwt" in line


def test_in_a_pipe_nothing_is_cut() -> None:
    name = "x" * 300
    assert name in summary_line(name, made.accepted(), Style(80), room=300)


def test_a_hostile_name_stays_one_line() -> None:
    for value in HOSTILE:
        line = summary_line(value, value, Style(), cut=True)
        assert_harmless(line)
        assert "\n" not in line
