"""A seller from Viet Nam is onboarded by a marketplace in Malaysia.

Three credentials in one presentation: the company, a person, and the mandate by which the person speaks for
the company. Each may be genuine and the three still not belong together.
"""

import stage

stage.begin("seller")
stage.recognise("MY", "VN", stage.PERSON, "substantial", "trade.marketplace-selling")
registry = stage.publish()
verifier = stage.defa_id.Verifier(registry, stage.policy("marketplace-my"))

seller = stage.new_holder()
mandate = stage.claims("mandate")
representative = mandate["representative"]["person"]
person = stage.claims(
    "person-identity", **representative, nationality=["VN"], issuing_country="VN", birth_place={"country": "VN"}
)
company_token = stage.issue("VN", stage.COMPANY, stage.claims("legal-entity"), holder=seller)
mandate_token = stage.issue("VN", stage.MANDATE, mandate, holder=seller)
person_token = stage.issue("VN", stage.PERSON, person, holder=seller)


def shown(label: str, *tokens: str) -> None:
    together = stage.presented(*tokens, holder=seller)
    stage.tell(label, verifier.verify(together, at=stage.NOW, expected=stage.EXPECTED))


shown("company, mandate and person", company_token, mandate_token, person_token)
shown("without the mandate", company_token, person_token)

# A mandate for another company, and somebody else's mandate.
elsewhere = stage.changed(mandate)
elsewhere["principal"]["organisation"]["identifiers"] = [{"scheme": "LEI", "number": "000000OTHER000000000"}]
shown(
    "mandate of another company",
    company_token,
    stage.issue("VN", stage.MANDATE, elsewhere, holder=seller),
    person_token,
)

stranger = stage.changed(mandate)
stranger["representative"]["person"]["name"] = stage.claims("person-identity")["name"]
shown(
    "mandate for another person", company_token, stage.issue("VN", stage.MANDATE, stranger, holder=seller), person_token
)
