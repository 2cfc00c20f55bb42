"""The companion of a certificate of origin (Form D) reaches customs before the goods do.

The certificate itself goes its own way, through the Single Window; the companion says early who issued it and
that nobody changed it since. An issuing body that is suspended speaks for nothing issued meanwhile.
"""

import stage

from defa_id.codec import base64url

ORIGIN = "CertificateOfOriginCredential"
BODY = "https://trade-office.id.demo.example"

stage.begin("customs")
stage.list_issuer("ID", BODY, ORIGIN, "substantial")
stage.recognise("MY", "ID", ORIGIN, "substantial")
registry = stage.publish()
customs = stage.policy(
    {
        "id": "customs-in-malaysia",
        "for_state": "MY",
        "required_claims": [["companion_of", "reference_number"], ["items"]],
        "conditions": ["A companion: duty is decided by the certificate that comes through the Single Window."],
    }
)
certificate = stage.claims("certificate-of-origin")
token = stage.issue("ID", ORIGIN, certificate)
verdict = stage.tell("the companion", stage.defa_id.Verifier(registry, customs).verify(token, at=stage.NOW))
form = verdict.unwrap().claims
print("    companion of:", form["companion_of"]["form"], form["companion_of"]["reference_number"])

# Another reference number, put in under way.
head, payload, signature = token.split(".")
other = base64url.decode(payload.encode()).replace(b"DEMO-ID-2026-0001", b"DEMO-ID-2026-0002")
forged = ".".join([head, base64url.encode(other), signature])
stage.tell("changed under way", stage.defa_id.Verifier(registry, customs).verify(forged, at=stage.NOW))

stage.run(
    f"defa-id registry suspend --dir registry --state ID --id {BODY} --effective {stage.ago(days=10)} "
    "--reason supervision"
)
stage.tell("issued while suspended", stage.defa_id.Verifier(stage.publish(), customs).verify(token, at=stage.NOW))
