"""Check a presentation: the holder proves, to this verifier and now, to hold the credential."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

import defa_id
from defa_id.issue.present import sd_jwt_presentation
from defa_id.operator.demo import holder_key

AUDIENCE = "https://bank.example"

# The verifier asks, with a nonce it never used before.
nonce = secrets.token_urlsafe(16)

# The wallet answers. It shows the name and withholds the rest.
credential = (Path(__file__).with_name("credentials") / "th-person.sd-jwt").read_text()
presentation = sd_jwt_presentation(credential, holder_key(), nonce, AUDIENCE, datetime.now(UTC), disclose=["name"])

# The verifier compares the answer with what it asked.
policy = defa_id.Policy.preset("baseline", for_state="SG").asking(
    purpose="banking.account-opening", min_level="substantial"
)
verifier = defa_id.Verifier(defa_id.open_registry(), policy)
expected = defa_id.Expected.presentation(nonce=nonce, audience=AUDIENCE)
verdict = verifier.verify(presentation, at=datetime.now(UTC), expected=expected)
print(verdict.summary)
print("disclosed:", ", ".join(sorted(verdict.unwrap().claims)))

# The same answer shown to another verifier is a replay.
elsewhere = defa_id.Expected.presentation(nonce=nonce, audience="https://shop.example")
replayed = verifier.verify(presentation, at=datetime.now(UTC), expected=elsewhere)
print(replayed.summary)

# And the document alone, without the holder, does not reach the level.
document = verifier.verify(credential, at=datetime.now(UTC))
print(document.summary)
