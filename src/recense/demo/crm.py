"""The customer database: tables of ``crm.sqlite``, and of PostgreSQL when a URL is given, with their ground truth."""

from __future__ import annotations

import json

from recense.demo import identifiers as ids
from recense.demo import prose, words
from recense.demo.ages import Ages
from recense.demo.truth import Column, Table, column, either, personal, planted, trap
from recense.demo.world import Row

SOURCE = "crm.sqlite"
NUMBERS = ("contact", "banking", "government_id")
"""What plain numbers are easily taken for."""


def tables() -> tuple[Table, ...]:
    """Returns all tables; plans of ages are fresh, so that every build counts for itself."""
    return (_clients(), _prospects(), _contrats(), _interactions(), _utilisateurs(), _sites(), _envois())


def _people() -> tuple[Column, ...]:
    return (
        column("civilite", lambda r: r.person.civility, personal("CIVILITY")),
        column("prenom", lambda r: r.person.first, personal("FIRST_NAME")),
        column(
            "nom",
            lambda r: r.person.last,
            personal("LAST_NAME"),
            trap("Chrétien and Lenoir are surnames", "special.religion", "special.ethnicity"),
        ),
    )


def _comment(row: Row) -> str | None:
    """Returns an empty cell, a remark, in 2 % of the rows a private e-mail address, and in 6 rows a NIR."""
    if row.index % 250 == 37:
        person = row.person
        number = ids.nir(row.rng, person.female, person.born.year, person.born.month)
        return f"Attestation reçue, n° {number} au nom de {prose.title(person)}"
    if row.chance(0.6):
        return None
    if row.chance(0.05):
        return prose.say(row, prose.REACHED)
    return str(
        row.pick("Paiement à 45 jours", "Contrat cadre", "Facture à déposer sur le portail", "Passer par l'accueil")
    )


def _clients() -> Table:
    return Table(
        SOURCE,
        "clients",
        1600,
        (
            column("id_client", lambda r: r.index + 1, either("CUSTOMER_ID"), type="INTEGER PRIMARY KEY"),
            *_people(),
            column(
                "societe",
                lambda r: r.person.company.name,
                either("COMPANY"),
                trap("company names with a surname in them", "identification"),
            ),
            column(
                "siret", lambda r: r.person.company.siret, trap("14 digits with a Luhn digit, some begin like a card")
            ),
            column("tva_intra", lambda r: ids.vat(r.person.company.siren), trap("a company's VAT number")),
            column("code_naf", lambda r: r.person.company.naf, trap("activity code of a company")),
            column("fonction", lambda r: r.person.job, personal("JOB_TITLE")),
            column("email", lambda r: r.person.email, personal("EMAIL_ADDRESS")),
            column("telephone", lambda r: ids.spaced(r.person.landline), personal("PHONE_NUMBER")),
            column(
                "mobile",
                lambda r: ids.international(r.person.mobile) if r.chance(0.7) else None,
                personal("PHONE_NUMBER"),
            ),
            column("fax", lambda r: ids.landline(r.rng) if r.chance(0.3) else None, personal("FAX_NUMBER")),
            column("adresse", lambda r: r.person.street, personal("ADDRESS")),
            column("code_postal", lambda r: r.person.postcode, personal("POSTCODE")),
            column("ville", lambda r: r.person.city, personal("CITY")),
            column("iban", lambda r: ids.iban(ids.rib(r.rng)) if r.chance(0.8) else None, personal("IBAN_CODE")),
            column(
                "bic", lambda r: r.pick("DEMOFRPPXXX", "TESTFR2AXXX") if r.cells["iban"] else None, personal("BIC_CODE")
            ),
            column(
                "compte_linkedin",
                lambda r: f"@{r.person.email.split('@')[0]}" if r.chance(0.4) else None,
                personal("SOCIAL_HANDLE"),
            ),
            column("email_valide", lambda r: int(r.chance(0.95)), trap("a yes or no, no address"), type="INTEGER"),
            column("nb_appels", lambda r: r.rng.randrange(40), trap("a counter"), type="INTEGER"),
            column("segment", lambda r: r.pick("A", "B", "C"), trap("code of a closed list")),
            column(
                "commentaire",
                _comment,
                either("PERSON"),
                planted("FR_NIR", "a social security number in a remark, 1 row in 250"),
                planted("EMAIL_ADDRESS", "private addresses in 2 % of the remarks"),
            ),
            column("date_creation", lambda r: r.day(8), type="DATE"),
        ),
        roster=True,
    )


def _prospects() -> Table:
    ages = Ages(
        "date_collecte",
        3,
        {"overdue": 0.12, "missing": 0.03, "future": 0.005, "sentinel": 0.01, "held": 0.01},
        hold="gel_juridique",
    )
    return Table(
        SOURCE,
        "prospects",
        1200,
        (
            column("id_prospect", lambda r: r.index + 1, either("CUSTOMER_ID"), type="INTEGER PRIMARY KEY"),
            column("contact", lambda r: r.person.name, personal("PERSON", "a header that may mean anything")),
            column("courriel", lambda r: r.person.email, personal("EMAIL_ADDRESS")),
            column("tel_port", lambda r: r.person.mobile, personal("PHONE_NUMBER")),
            column(
                "raison_sociale",
                lambda r: r.person.company.name,
                either("COMPANY"),
                trap("company names", "identification"),
            ),
            column(
                "origine",
                lambda r: r.pick("salon", "site web", "parrainage", "appel entrant"),
                trap("where a lead came from", "special.ethnicity"),
            ),
            column(
                "projet_achat",
                lambda r: r.pick("Centrale incendie", "Désenfumage", "Extincteurs", "Contrat de maintenance", "Aucun"),
                personal("PURCHASE", "purchase plans, named by the policy"),
            ),
            column("opt_in_email", lambda r: int(r.chance(0.6)), personal("CONSENT"), type="INTEGER"),
            column(
                "date_consentement",
                lambda r: r.day(3) if r.cells["opt_in_email"] else None,
                personal("CONSENT_DATE"),
                type="DATE",
            ),
            column("date_collecte", ages.draw, type="DATE"),
            column("gel_juridique", lambda r: f"LIT-2025-{r.index % 7:02d}" if r.bucket == "held" else None),
            column("uuid", lambda r: ids.uuid4(r.rng), either("CUSTOMER_ID", "COOKIE_ID")),
        ),
        ages,
    )


def _contrats() -> Table:
    ages = Ages(
        "date_execution",
        5,
        {"overdue": 0.06, "archived": 0.08, "held": 0.02, "missing": 0.04},
        hold="gel_juridique",
        zone="zone",
    )
    return Table(
        SOURCE,
        "contrats",
        1500,
        (
            column(
                "numero_contrat",
                lambda r: f"CT-{r.rng.randint(2014, 2026)}-{r.index:05d}",
                either("CUSTOMER_ID"),
                trap("numbers of contracts", *NUMBERS),
            ),
            column("id_client", lambda r: r.rng.randint(1, 1600), either("CUSTOMER_ID"), type="INTEGER"),
            column("signataire", lambda r: f"{r.person.civility} {r.person.name}", personal("PERSON")),
            column(
                "type_contrat",
                lambda r: r.pick("maintenance", "travaux", "location", "formation"),
                trap("code of a closed list"),
            ),
            column("mode", lambda r: r.pick("papier", "électronique"), trap("code of a closed list")),
            column(
                "montant_ht",
                lambda r: round(r.rng.uniform(90, 48_000), 2),
                either("PAYMENT", "PURCHASE"),
                type="NUMERIC(10,2)",
            ),
            column("equipement", lambda r: r.pick(*words.PRODUCTS), trap("products with first names in them")),
            column(
                "num_serie", lambda r: f"{r.rng.randrange(10**15, 10**16)}", trap("16 digits, one in ten passes Luhn")
            ),
            column("date_signature", lambda r: r.day(11), type="DATE"),
            column("date_execution", ages.draw, type="DATE"),
            column(
                "zone",
                lambda r: "archive intermédiaire" if r.bucket == "archived" else "active",
                trap("code of a closed list"),
            ),
            column("gel_juridique", lambda r: f"LIT-2024-{r.index % 5:02d}" if r.bucket == "held" else None),
        ),
        ages,
    )


NOTES = {prose.HEALTH: 0.025, prose.TRADE_UNION: 0.02, prose.RELIGION: 0.02, prose.CRIMINAL: 0.02, prose.CALLED: 0.03}


def _payload(row: Row) -> str:
    """Returns what a web form sent: personal data inside JSON text."""
    form = {
        "formulaire": "rappel",
        "version": "2.4.1",
        "contact": {"email": row.person.email, "tel": row.person.landline},
    }
    return json.dumps(form, ensure_ascii=False)


def _interactions() -> Table:
    return Table(
        SOURCE,
        "interactions",
        2500,
        (
            column("id_interaction", lambda r: r.index + 1, trap("a row number"), type="INTEGER PRIMARY KEY"),
            column("id_client", lambda r: r.rng.randint(1, 1600), either("CUSTOMER_ID"), type="INTEGER"),
            column("canal", lambda r: r.pick("téléphone", "e-mail", "visite", "salon"), trap("code of a closed list")),
            column(
                "sujet",
                lambda r: r.pick("Relance devis", "Visite annuelle", "Réclamation", "Levée de réserves"),
                trap("subjects without people"),
            ),
            column(
                "note",
                lambda r: prose.note(r, NOTES),
                personal("PERSON"),
                either("COMPANY", "JOB_TITLE", "FAMILY"),
                planted("HEALTH", "sick leave, treatments, pregnancy in 2.5 % of the notes"),
                planted("TRADE_UNION", "union members in 2 % of the notes"),
                planted("RELIGION", "beliefs in 2 % of the notes"),
                planted("CRIMINAL_OFFENCE", "convictions in 2 % of the notes (Article 10)"),
                planted("PHONE_NUMBER", "numbers in 3 % of the notes"),
            ),
            column(
                "donnees",
                lambda r: _payload(r) if r.chance(0.3) else None,
                planted("EMAIL_ADDRESS", "e-mail addresses and numbers inside JSON text"),
            ),
            column("date_interaction", lambda r: r.moment(3), either("LOG_TIMESTAMP"), type="TIMESTAMP"),
        ),
    )


def _utilisateurs() -> Table:
    return Table(
        SOURCE,
        "utilisateurs",
        120,
        (
            column("matricule", lambda r: f"VGF{1000 + r.index}", personal("EMPLOYEE_ID")),
            column(
                "login",
                lambda r: f"{r.staff.first[0].lower()}{r.staff.last.lower().replace(' ', '')}",
                personal("USERNAME"),
            ),
            column("email", lambda r: r.staff.email, personal("EMAIL_ADDRESS")),
            column("mot_de_passe", lambda r: ids.bcrypt(r.rng), personal("PASSWORD_HASH")),
            column(
                "jeton_api",
                lambda r: ids.token(r.rng) if r.chance(0.3) else None,
                planted("TOKEN", "API keys kept in clear"),
            ),
            column("role", lambda r: r.pick("lecture", "saisie", "administration"), either("JOB_TITLE")),
            column("photo", lambda r: f"photos/equipe/{r.index:03d}.png", personal("PHOTO")),
            column("derniere_connexion", lambda r: r.moment(), personal("LOG_TIMESTAMP"), type="TIMESTAMP"),
            column(
                "derniere_ip", lambda r: ids.ipv4(r.rng) if r.chance(0.8) else ids.ipv6(r.rng), personal("IP_ADDRESS")
            ),
            column("theme", lambda r: f"#{r.rng.randrange(1 << 24):06X}", trap("colour codes")),
        ),
        roster=True,
    )


def _sites() -> Table:
    return Table(
        SOURCE,
        "sites",
        300,
        (
            column("id_site", lambda r: r.index + 1, trap("a row number"), type="INTEGER PRIMARY KEY"),
            column("nom_site", lambda r: r.site.name, trap("schools and clinics named after people and saints")),
            column("type_erp", lambda r: r.site.kind, trap("type of building: U is a clinic, V a place of worship")),
            column("adresse_site", lambda r: f"{r.site.street}, {r.site.postcode} {r.site.city}", either("ADDRESS")),
            column("latitude", lambda r: round(r.site.latitude, 5), either("COORDINATES", "CITY"), type="NUMERIC(8,5)"),
            column(
                "longitude", lambda r: round(r.site.longitude, 5), either("COORDINATES", "CITY"), type="NUMERIC(8,5)"
            ),
            column(
                "gardien",
                lambda r: f"{r.person.civility} {r.person.name}" if r.chance(0.7) else None,
                personal("PERSON"),
            ),
            column(
                "tel_gardien",
                lambda r: ids.spaced(r.person.landline, ".") if r.cells["gardien"] else None,
                personal("PHONE_NUMBER"),
            ),
            column("nb_niveaux", lambda r: r.rng.randint(1, 9), trap("a counter"), type="INTEGER"),
            column("couleur_plan", lambda r: f"#{r.rng.randrange(1 << 24):06x}", trap("colour codes")),
        ),
    )


def _envois() -> Table:
    return Table(
        SOURCE,
        "newsletter_envois",
        1200,
        (
            column("email_template_id", lambda r: r.rng.randint(1, 24), trap("number of a template"), type="INTEGER"),
            column(
                "nom_fichier",
                lambda r: f"lettre_{r.rng.randint(2022, 2026)}_{r.rng.randint(1, 12):02d}.html",
                trap("names of files"),
            ),
            column("destinataire", lambda r: r.person.email, personal("EMAIL_ADDRESS")),
            column(
                "ouvert_le",
                lambda r: r.moment(2) if r.chance(0.4) else None,
                either("LOG_TIMESTAMP", "PURCHASE"),
                type="TIMESTAMP",
            ),
            column("nb_clics", lambda r: r.rng.randrange(6), either("PURCHASE", "VISITED_URL"), type="INTEGER"),
            column(
                "horodatage",
                lambda r: 1_700_000_000 + r.rng.randrange(60_000_000),
                either("LOG_TIMESTAMP"),
                trap("seconds since 1970, ten digits like a phone number", *NUMBERS),
                type="INTEGER",
            ),
        ),
    )
