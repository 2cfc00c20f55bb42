"""All of JSON-LD by PyLD (extra `ldp`), in a process that can be ended: documents outside the fast subset.

PyLD only expands. It leaves out in silence what has no meaning, so every value that goes in and does not
come out is a refusal; what RDF becomes of the rest is our own (`linked.expanded`). Contexts are handed over
with the document, and there is no loader that could fetch one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

from defa_id.codec import limits, strict_json
from defa_id.codec.text import printable
from defa_id.errors import Fault, Unknowable
from defa_id.linked import expanded
from defa_id.linked.active import Documents
from defa_id.linked.nquads import Quad
from defa_id.linked.terms import bad_context
from defa_id.workers.process import Worker

_SMUGGLING: Final = ("@graph", "@included", "@index", "@nest", "@reverse")


def to_quads(document: Any, documents: Documents) -> list[Quad]:
    """The statements of any JSON-LD document (a `linked.FullProcessor`).

    Raises `Fault` LD_CONTEXT, LD_UNSAFE, LIMIT_RDF; `Unknowable` RDF_UNSUPPORTED without PyLD, and
    WORKER_LIMIT or WORKER_ENDED when the process gives no answer.
    """
    contexts: dict[str, str] = {}
    _look_up(list(_named(document)), documents, contexts)
    if find_spec("pyld") is None:
        raise Unknowable("RDF_UNSUPPORTED")
    answer = _worker().ask({"document": document, "contexts": contexts})
    return [(subject, predicate, object, graph) for subject, predicate, object, graph in answer]


@cache
def _worker() -> Worker:
    return Worker(__name__, limits.WORKER_SECONDS)


def _named(document: Any) -> Iterator[str]:
    """The contexts a document names. Raises `Fault` LD_CONTEXT for one written into it, and LD_UNSAFE for
    keywords that would bring in a subject nobody expects there."""
    if isinstance(document, list):
        for element in document:
            yield from _named(element)
    elif isinstance(document, dict):
        for name, member in document.items():
            if name == "@context":
                yield from _urls(member)
            elif name in _SMUGGLING:
                raise Fault("LD_UNSAFE", f"{name} in the document")
            else:
                yield from _named(member)


def _urls(stated: Any) -> Iterator[str]:
    for url in stated if isinstance(stated, list) else [stated]:
        if not isinstance(url, str):
            raise bad_context("a context is written into the document instead of named")
        yield url


def _look_up(urls: list[str], documents: Documents, found: dict[str, str]) -> None:
    """Every context that can be reached, by URL. Raises `Fault` LD_CONTEXT for one that is not pinned."""
    if len(urls) > limits.LINKED_CONTEXTS:
        raise bad_context(f"more than {limits.LINKED_CONTEXTS} contexts")
    for url in urls:
        if url in found:
            continue
        data = documents(url)
        if data is None:
            raise Fault("LD_CONTEXT", "a context that is not pinned", url=printable(url, 256))
        try:
            found[url] = data.decode()
            context = strict_json.load_object(data).get("@context")
        except (Fault, UnicodeDecodeError):
            raise bad_context("a pinned context cannot be read") from None
        _look_up(list(_referred(context)), documents, found)


def _referred(context: Any) -> Iterator[str]:
    """The contexts that a context names itself: in its list, scoped, or imported."""
    if isinstance(context, str):
        yield context
    elif isinstance(context, list):
        for one in context:
            yield from _referred(one)
    elif isinstance(context, dict):
        if "@context" in context:  # PyLD would take what is inside for the context itself
            raise bad_context("a context within a context")
        if isinstance(context.get("@import"), str):
            yield context["@import"]
        for definition in context.values():
            if isinstance(definition, dict) and "@context" in definition:
                yield from _referred(definition["@context"])


def _work(question: Any) -> list[Quad]:
    return expanded.quads(_expand(question["document"], question["contexts"]))


def _expand(document: Any, contexts: dict[str, str]) -> list[Any]:
    """PyLD's expansion, nothing lost. Raises `Fault` LD_CONTEXT and LD_UNSAFE."""
    from cachetools import LRUCache
    from pyld.context_resolver import ContextResolver
    from pyld.jsonld import JsonLdError

    def load(url: str, _: Any) -> dict[str, Any]:
        if url not in contexts:
            raise bad_context("a context that is not pinned")
        text = strict_json.loads(contexts[url].encode())
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": text}

    processor = _whole()()
    options = {
        "base": None,
        "documentLoader": load,
        "contextResolver": ContextResolver(LRUCache(maxsize=64), load),
        "processingMode": "json-ld-1.1",
    }
    try:
        found: list[Any] = processor.expand(document, options)
    except JsonLdError as error:
        raise _refusal(error) from None
    if not processor.seen:
        raise RuntimeError("this PyLD expands otherwise than the one that was examined")
    return found


def _refusal(error: BaseException) -> Fault:
    """The sender's fault in an error of PyLD, whose codes are those of JSON-LD 1.1 Processing §10.3."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, Fault):
            return cause
        code = getattr(cause, "code", None)
        if code:
            return Fault("LD_CONTEXT", printable(f"JSON-LD: {code}"))
        cause = cause.__cause__
    return Fault("LD_UNSAFE", "it is not JSON-LD")


@cache
def _whole() -> Any:
    """PyLD's processor, made to refuse what it would leave out."""
    from pyld.jsonld import JsonLdProcessor

    def dropped(name: object) -> None:
        raise Fault("LD_UNSAFE", f"member {printable(name)!r} is not defined by the contexts")

    class Whole(JsonLdProcessor):  # type: ignore[misc]  # an untyped module
        """Every value that goes into expansion has to come out of it."""

        def __init__(self) -> None:
            super().__init__(on_property_dropped=dropped)
            self.seen = False

        def _expand(
            self,
            active_ctx: Any,
            active_property: Any,
            element: Any,
            options: Any,
            inside_list: bool = False,
            **others: Any,
        ) -> Any:
            self.seen = True
            found = super()._expand(active_ctx, active_property, element, options, inside_list=inside_list, **others)
            if found is None or (element == [] and not inside_list and not self._listed(active_ctx, active_property)):
                raise Fault("LD_UNSAFE", "a value that has no meaning in its contexts")
            return found

        def _listed(self, active_ctx: Any, active_property: Any) -> bool:
            return "@list" in (self.get_context_value(active_ctx, active_property, "@container") or [])

    return Whole


if __name__ == "__main__":
    from defa_id.workers.serving import serve

    _whole()
    serve(_work, cpu_seconds=limits.WORKER_CPU_MILLISECONDS / 1000)
