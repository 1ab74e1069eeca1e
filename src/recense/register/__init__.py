"""The register of processing activities (Article 30): people's words, what recense saw, and the difference.

``folder`` reads and writes the files, ``build`` fills the machine blocks, ``check`` and ``compare`` judge, ``exports``
renders. Nothing here knows the catalog: a run is given as ``recense.model.ScanRun``.
"""
