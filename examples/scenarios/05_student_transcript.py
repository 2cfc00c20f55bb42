"""A student from Thailand applies to a university in Viet Nam with a degree and its transcript.

An accreditation counts on the day of the award, not today. And a type of credential that is still tried out
carries a trial at most, whatever two states say of each other.
"""

import stage

EDUCATION = "EducationCredential"
ADMISSION = {"id": "a-university-in-viet-nam", "for_state": "VN", "purpose": "education.admission"}

stage.begin("student")
stage.list_issuer("TH", "https://university.th.demo.example", EDUCATION, "substantial")
stage.recognise("VN", "TH", EDUCATION, "low", "education.admission")
registry = stage.publish()
university = stage.defa_id.Verifier(registry, stage.policy(ADMISSION))

token = stage.issue("TH", EDUCATION, stage.claims("education"))
verdict = stage.tell("degree and transcript", university.verify(token, at=stage.NOW))
degree = verdict.unwrap().claims
accreditation = degree["awarding_body"]["accreditation"]
counted = accreditation["valid_from"] <= degree["awarded"] <= accreditation["valid_until"]
print(f"    accredited on the day of the award: {counted}")
print(f"    courses on the transcript: {len(degree['courses'])}")

stage.tell(
    "for a work permit",
    stage.defa_id.Verifier(registry, university.policy.asking(purpose="employment.work-permit")).verify(
        token, at=stage.NOW
    ),
)

cautious = stage.policy({**ADMISSION, "id": "no-trials", "environments": ["pilot", "live"]})
stage.tell("where no trial is taken", stage.defa_id.Verifier(registry, cautious).verify(token, at=stage.NOW))
