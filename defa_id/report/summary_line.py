"""One line for one source, where several are judged in one run."""

from __future__ import annotations

from defa_id.languages import ENGLISH, Texts
from defa_id.report.layout import shown
from defa_id.report.style import DECIDED, HUE, MARK, Style
from defa_id.report.text import sentence
from defa_id.report.width import clip, clip_start, pad, width
from defa_id.verdict import Verdict

_WORD = 13
_UNJUDGED = "NOT JUDGED"
_NAME = 36
_LONG_NAME = 100


def summary_line(
    name: str,
    verdict: Verdict | str,
    style: Style,
    *,
    room: int = _NAME,
    cut: bool = False,
    texts: Texts = ENGLISH,
) -> str:
    """A line such as `✓ ACCEPTED  citizen.jwt  TH may rely on …`, without its end.

    `verdict` is a text where the source could not be judged at all. `room` is the width of the
    longest name; with `cut` names and the line are kept within the screen.
    """
    if isinstance(verdict, str):
        word, mark, hue, text = _UNJUDGED, "!", "red", shown(verdict)
    else:
        outcome, word = DECIDED[verdict.decision]
        mark, hue, text = MARK[outcome], HUE[outcome], sentence(verdict, texts)
    room = min(room, _NAME if cut else _LONG_NAME)
    label = clip_start(shown(name, 200), room) if cut else shown(name, 4096)
    column = max(_WORD, *(width(texts.word(one)) + 1 for one in (*(word for _, word in DECIDED.values()), _UNJUDGED)))
    head = f"{style.fit(mark)} {pad(texts.word(word), column)}"
    rest = style.fit(f"{pad(label, room)}  {text}")
    if cut:
        rest = clip(rest, style.columns - width(head))
    return style.paint(head, hue) + rest
