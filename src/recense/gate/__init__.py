"""The CI gate: which declared fields are personal, which of them are approved, and what fails a build.

Pure: no file but the approvals is read, and nothing is classified here. The caller (``recense.cli``) reads a schema,
lets the scanner's classifier name its fields, and hands both over:

    check = judge(sightings, values, Rules(approvals, policy, today))

``approvals`` reads recense-approvals.yaml, ``editing`` changes it on request, ``judging`` gives the verdicts,
``codes`` says what a code means, ``formats`` renders the document ``recense.check/1``.
"""

from recense.gate.approvals import Approval, Approvals
from recense.gate.judging import Rules, judge, notes
from recense.gate.model import Allowed, Check, Judged, Note, Policy, Sighting, Verdict, fingerprint

__all__ = [
    "Allowed",
    "Approval",
    "Approvals",
    "Check",
    "Judged",
    "Note",
    "Policy",
    "Rules",
    "Sighting",
    "Verdict",
    "fingerprint",
    "judge",
    "notes",
]
