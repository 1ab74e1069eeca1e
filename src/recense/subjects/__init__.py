"""People who ask for their rights (GDPR Articles 15 to 22): identifiers, the key, keyed filters, requests and due days.

Nothing here knows a source or the catalog, and nothing keeps an identifier.
"""
