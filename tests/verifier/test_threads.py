"""One verifier shared by many threads gives each of them the same answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from defa_id.policy import Expected
from defa_id.verifier import Verifier
from tests.properties.material import accepted, material
from tests.support.world import NOW, vc, vc_jwt

THREADS, TIMES = 16, 200


def test_threads_see_one_truth() -> None:
    """All at once on a registry of which nothing has been asked yet, and then again alone."""
    verifier = Verifier(material().world.registry(), material().verifier.policy)
    questions = [(case.data, case.expected) for case in accepted().values()]
    late = vc_jwt(material().signers["ES256"], vc(exp=1)).encode()
    questions += [(data, Expected()) for data in (late, b"nothing", late[:-4])]

    def judge(data: bytes, expected: Expected) -> str:
        return verifier.verify(data, at=NOW, expected=expected).to_json()

    start = Barrier(THREADS)

    def ask(thread: int) -> list[tuple[int, str]]:
        """The questions in turn, each thread beginning elsewhere."""
        start.wait()
        turns = [(thread + turn) % len(questions) for turn in range(TIMES)]
        return [(turn, judge(*questions[turn])) for turn in turns]

    with ThreadPoolExecutor(THREADS) as pool:
        answers = [answer for said in pool.map(ask, range(THREADS)) for answer in said]
    assert len(answers) == THREADS * TIMES
    alone = [judge(*question) for question in questions]
    assert set(answers) == set(enumerate(alone))
    assert len(set(alone)) == len(questions)
