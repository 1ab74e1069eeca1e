"""The customers' side of the file share: invoices, events, newsletter and an old export, with their ground truth.

How the tables are written stands in ``estate``; the working side of the share in ``operations``.
"""

from __future__ import annotations

from datetime import datetime

from recense.demo import identifiers as ids
from recense.demo import prose, words
from recense.demo.ages import Ages
from recense.demo.truth import Table, column, either, personal, planted, trap
from recense.demo.world import Row

SOURCE = "partage"

INVOICES = "factures"
REGISTRATIONS = "evenements/inscriptions.csv"
GUESTS = "evenements/participants_2024.csv"
SUBSCRIBERS = "newsletter/abonnes.ndjson"
OLD_EXPORT = "archives/export_2019.zip"


def tables() -> tuple[Table, ...]:
    """Returns all tables of this side."""
    return (_invoices(), _registrations(), _guests(), _subscribers(), _old_export())


def _invoices() -> Table:
    """Invoices of four years; ``annee`` becomes the partition folders."""
    return Table(
        SOURCE,
        INVOICES,
        3000,
        (
            column("annee", lambda r: r.rng.randint(2023, 2026), type="INTEGER"),
            column("numero_facture", lambda r: f"FA{r.cells['annee']}{r.index:06d}", trap("numbers of invoices")),
            column(
                "date_facture",
                lambda r: datetime(r.cells["annee"], r.rng.randint(1, 10), r.rng.randint(1, 28)),
                either("PURCHASE", "PAYMENT"),
                type="DATE",
            ),
            column("id_client", lambda r: r.rng.randint(1, 1600), either("CUSTOMER_ID"), type="INTEGER"),
            column("contact_facturation", lambda r: r.person.name, personal("PERSON")),
            column("email_facturation", lambda r: r.person.email, personal("EMAIL_ADDRESS")),
            column("adresse.rue", lambda r: r.person.street, personal("ADDRESS", "nested in a struct")),
            column("adresse.code_postal", lambda r: r.person.postcode, personal("POSTCODE")),
            column("adresse.ville", lambda r: r.person.city, personal("CITY")),
            column("siret_client", lambda r: r.person.company.siret, trap("company numbers")),
            column(
                "montant_ht", lambda r: round(r.rng.uniform(40, 12_000), 2), either("PAYMENT", "PURCHASE"), type="FLOAT"
            ),
            column(
                "mode_reglement",
                lambda r: r.pick("virement", "prélèvement", "chèque", "carte"),
                either("PAYMENT", "CARD_TYPE"),
            ),
            column(
                "iban_prelevement",
                lambda r: ids.iban(ids.rib(r.rng)) if r.cells["mode_reglement"] == "prélèvement" else None,
                personal("IBAN_CODE"),
            ),
            column(
                "articles[]",
                lambda r: [ids.ean(r.rng) for _ in range(r.rng.randint(1, 3))],
                trap("EAN product codes in a list"),
            ),
        ),
    )


def _registrations() -> Table:
    """What Excel makes of a form: lost zeros, text-formatted numbers, decimal commas."""
    return Table(
        SOURCE,
        REGISTRATIONS,
        900,
        (
            column("Civilité", lambda r: r.person.civility, personal("CIVILITY")),
            column("Prénom", lambda r: r.person.first, personal("FIRST_NAME")),
            column("Nom", lambda r: r.person.last.upper(), personal("LAST_NAME")),
            column(
                "Société", lambda r: r.person.company.name, either("COMPANY"), trap("company names", "identification")
            ),
            column("Fonction", lambda r: r.person.job, personal("JOB_TITLE")),
            column("E-mail", lambda r: r.person.email, personal("EMAIL_ADDRESS")),
            column(
                "Portable",
                lambda r: f'="{r.person.mobile}"' if r.chance(0.3) else r.person.mobile[1:],
                personal("PHONE_NUMBER", "the leading zero is lost, or the number stands in a formula"),
            ),
            column("Code postal", lambda r: r.person.postcode.lstrip("0"), personal("POSTCODE", "leading zeros lost")),
            column("Événement", lambda r: r.pick(*words.EVENTS), either("EVENT_ATTENDANCE")),
            column("Date d'inscription", lambda r: r.day(3).strftime("%d/%m/%Y"), either("EVENT_ATTENDANCE")),
            column(
                "Montant payé",
                lambda r: f"{r.rng.uniform(0, 180):.2f}".replace(".", ","),
                either("PAYMENT", "PURCHASE"),
            ),
            column(
                "Régime alimentaire",
                lambda r: r.pick("", "", "", "", "végétarien", "sans gluten", "halal", "casher"),
                planted("RELIGION", "halal and kosher meals tell a belief (by inference)"),
                either("HEALTH", "HOBBY"),
            ),
            column("Droit à l'image", lambda r: r.pick("oui", "oui", "non"), personal("CONSENT")),
            column(
                "Badge",
                lambda r: ids.ean(r.rng),
                either("EVENT_ATTENDANCE", "CUSTOMER_ID"),
                trap("EAN codes of badges", "contact", "banking", "government_id"),
            ),
        ),
    )


def _guests() -> Table:
    return Table(
        SOURCE,
        GUESTS,
        400,
        (
            column("participant", lambda r: f"{r.person.last.upper()} {r.person.first}", personal("PERSON")),
            column("e_mail", lambda r: r.person.private_email, personal("EMAIL_ADDRESS")),
            column("présent", lambda r: r.pick("O", "N"), either("EVENT_ATTENDANCE")),
            column(
                "vehicule",
                lambda r: ids.plate(r.rng) if r.chance(0.7) else None,
                planted("VEHICLE_PLATE", "plates kept for the car park: not declared by the policy"),
                either("VEHICLE"),
            ),
            column(
                "allergies",
                lambda r: r.pick(None, None, None, "allergie aux arachides", "asthme sévère", "allergie au gluten"),
                planted("HEALTH", "allergies and asthma of guests"),
            ),
        ),
    )


def _subscribers() -> Table:
    """Newsletter subscriptions with nested consent; ``date`` of consent is overdue in some rows."""
    ages = Ages("consent.date", 3, {"overdue": 0.1, "missing": 0.05})

    def consent_date(row: Row) -> str | None:
        day = ages.draw(row)
        return day.isoformat() if day else None

    return Table(
        SOURCE,
        SUBSCRIBERS,
        1500,
        (
            column("id", lambda r: ids.uuid4(r.rng), either("CUSTOMER_ID", "COOKIE_ID")),
            column(
                "email",
                lambda r: r.person.private_email if r.chance(0.5) else r.person.email,
                personal("EMAIL_ADDRESS"),
            ),
            column("profil.prenom", lambda r: r.person.first, personal("FIRST_NAME")),
            column("profil.nom", lambda r: r.person.last, personal("LAST_NAME")),
            column("profil.naissance", lambda r: r.person.born.isoformat(), personal("BIRTH_DATE")),
            column("profil.langue", lambda r: r.pick("fr", "fr", "fr", "en"), either("LANGUAGE")),
            column("consent.email.opt_in", lambda r: r.chance(0.9), personal("CONSENT", "nested twice")),
            column("consent.partenaires.opt_in", lambda r: r.chance(0.2), personal("CONSENT")),
            column("consent.date", consent_date, personal("CONSENT_DATE")),
            column("consent.ip", lambda r: ids.ipv4(r.rng), personal("IP_ADDRESS")),
            column(
                "tags[]",
                lambda r: r.rng.sample(("desenfumage", "ssi", "extincteur", "erp", "formation"), 2),
                trap("subjects of the newsletter", "special.health", "identification"),
            ),
            column(
                "interets[]",
                lambda r: r.rng.sample(("football", "randonnée", "lecture", "cuisine", "jardinage", "cinéma"), 2),
                personal("HOBBY", "interests asked at sign-up"),
            ),
        ),
        ages,
    )


def _divers(row: Row) -> str | None:
    """Returns a number, an address or a remark: a mixed column."""
    return row.pick(row.person.landline, row.person.private_email, "RAS", "à revoir", None)  # type: ignore[no-any-return]


def _old_export() -> Table:
    """An export of 2019 whose headers say nothing, in a zip archive."""
    return Table(
        SOURCE,
        f"{OLD_EXPORT}!/contacts.csv",
        700,
        (
            column(
                "champ1",
                lambda r: f"{r.person.last} {r.person.first}",
                planted("PERSON", "names under a header that says nothing"),
            ),
            column(
                "champ2",
                lambda r: r.person.email,
                planted("EMAIL_ADDRESS", "addresses under a header that says nothing"),
            ),
            column("champ3", lambda r: r.pick(*prose.TECHNICAL[:6]), trap("technical remarks")),
            column(
                "col_7",
                lambda r: r.person.landline,
                planted("PHONE_NUMBER", "numbers under a header that says nothing"),
            ),
            column("divers", _divers, planted("EMAIL_ADDRESS", "a mixed column: numbers, addresses, remarks")),
            column("ref", lambda r: f"{r.rng.randrange(10**9):09d}", trap("nine digits, one in ten passes as a SIREN")),
        ),
    )
