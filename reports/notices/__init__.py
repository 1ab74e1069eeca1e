"""Notices: what changed and needs somebody, told once by a signed webhook or by mail. Counts and names, no value.

    catalog.notices ─ events ─► wording ─ document, mail ─► webhook | mail
                        ▲                                       │
                        └─────────── told, or why not ──────────┘

``sending.send`` is all of it. A channel returns a word when nobody took the notice; it is kept, shown by
``recense doctor``, and tried again the next time.
"""
