"""A nurse registered in the Philippines applies to a board of nursing in Singapore.

The board requires three things: registered for three years without a break, active, in good standing. What is not
met is no acceptance, and what is not known is neither; nobody is refused before a person has looked. What it accepts
is evidence of a registration, with a certified translation to be attached; whether the nurse may practise is for the
board's people, who look at every one.
"""

import stage

NURSE = "ProfessionalRegistrationCredential"

stage.begin("nurse")
registry = stage.publish()
verifier = stage.defa_id.Verifier(registry, stage.policy("nursing-board-sg"))
years = stage.NOW.year


def looked_at(label: str, **changes: object) -> None:
    token = stage.issue(
        "PH", NURSE, stage.claims("professional-registration", **changes), by="https://nursing.ph.demo.example"
    )
    verdict = stage.tell(label, verifier.verify(token, at=stage.NOW))
    if verdict:
        for name, answer in sorted(verdict.unwrap().predicates.items()):
            print(f"    {name}: {answer}")


looked_at("ten years, in good standing", registered_since=f"{years - 10}-08-15")
looked_at("two years", registered_since=f"{years - 2}-01-15", first_registered=f"{years - 2}-01")
looked_at("proceedings pending", good_standing={"proceedings": "pending", "as_of": "2026-10-01"})
looked_at("nothing said about proceedings", good_standing=None)
looked_at("nothing said since when", registered_since=None)
