"""Offline, with what was recorded beforehand: a schema the registry names by digest, and a status list.

An issuer's schema may be kept by the issuer itself. The registry pins its digest, so it does not
matter where the bytes come from: the wrong ones are noticed. A status list is signed by its issuer,
and good for as long as it says. Without them the answer is "not decided", never "accepted" and
never "rejected".
"""

from datetime import UTC, datetime
from pathlib import Path

import defa_id
from defa_id.files import recorded_sources
from defa_id.sources import Document

here = Path(__file__).parent
credential = (here / "credentials" / "my-engineer.sd-jwt").read_bytes()
policy = defa_id.Policy.preset("baseline", for_state="ID").asking(purpose="employment.professional-practice")
verifier = defa_id.Verifier(defa_id.open_registry(), policy)
now = datetime.now(UTC)

print("without sources:", verifier.verify(credential, at=now).summary)

# recorded/index.json maps each URL to a file; on the command line this is --sources recorded.
recorded = recorded_sources(here / "recorded")
verdict = verifier.verify(credential, at=now, source=recorded)
print("with sources:   ", verdict.summary)
for document in verdict.documents:
    print("it rested on:   ", document["url"], document["sha256"][:12])

# Bytes other than the registry pinned do not pass as the schema.
forged = defa_id.RecordedSource({verdict.documents[0]["url"]: Document(b'{"type": "object"}')})
print("forged sources: ", verifier.verify(credential, at=now, source=forged).summary)

# Where a credential points at a status list, the list recorded last says whether it was taken back.
credential = (here / "credentials" / "sg-person-status.vc.jwt").read_bytes()
verifier = defa_id.Verifier(defa_id.open_registry(), defa_id.Policy.preset("baseline", for_state="TH"))
print("without a list: ", verifier.verify(credential, at=now).summary)
verdict = verifier.verify(credential, at=now, source=recorded)
print("with the list:  ", verdict.summary)
print("it says:        ", next(line.why for line in verdict.checks if line.id == "status.current"))
