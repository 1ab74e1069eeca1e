"""Tables that only look personal, and an English part."""

# ruff: noqa: E501 - data, one entry beside the other
from __future__ import annotations

from benchmarks.accuracy.french import words
from benchmarks.accuracy.french.damage import shouted, zero_lost
from benchmarks.accuracy.french.model import Field as F
from benchmarks.accuracy.french.model import Row, Table, amount, day, key, none, often, one_of
from benchmarks.accuracy.french.people import digits, ip, luhn, name, phone

PRODUCTS = Table("catalogue_produits", "fr", (
    none("nom", one_of(*words.PRODUCTS), "product names"), none("marque", one_of(*words.BRANDS), "brands like surnames"),
    none("ref_article", lambda r: f"A{digits(r.rng, 6)}", "article numbers"), none("ean", lambda r: f"3{digits(r.rng, 12)}", "article numbers"),
    none("prix", amount), none("stock", lambda r: str(r.rng.randrange(500))), none("fournisseur", one_of(*words.COMPANIES), "company names"),
    none("couleur", one_of("blanc", "rose", "violette", "olive"), "lookalike"), none("poids_kg", lambda r: f"{r.rng.uniform(0.1, 40):.2f}"),
    none("date_creation", day), none("description", one_of("Assise en hêtre, livré monté", "Lot de 50, boîte carton", "Garantie 2 ans")),
))  # fmt: skip
MACHINES = Table("parc_materiel", "fr", (
    none("numero_serie", lambda r: digits(r.rng, 15), "serial numbers"), none("modele", one_of("Latitude 5540", "EliteBook 840", "Galaxy A54")),
    none("salle", one_of(*words.ROOMS), "room names"), none("site", one_of("Lycée Jean Moulin", "Mairie", "Gymnase Alice Milliat"), "places named after people"),
    none("mise_en_service", day), none("version_bios", lambda r: f"1.{r.rng.randrange(30)}.{r.rng.randrange(9)}"), none("etat", one_of("HS", "OK", "stock")),
    none("num_marche", lambda r: f"2024-{digits(r.rng, 4)}", "order number"), none("garantie_fin", lambda r: day(r, 2026, 2029)),
    none("code_inventaire", lambda r: f"06{digits(r.rng, 8)}", "number that looks like a phone"),
))  # fmt: skip
COMPANIES = Table("etablissements", "fr", (
    none("siret", lambda r: luhn(r.rng, "5", 14), "company number"), none("raison_sociale", one_of(*words.COMPANIES), "company names"),
    none("code_naf", one_of("47.11D", "56.10A", "62.01Z")), none("effectif", one_of("1-2", "10-19", "50-99")), none("capital", lambda r: str(r.rng.randrange(1, 90) * 1_000)),
    none("forme_juridique", one_of("SARL", "SAS", "SCI")), none("adresse_siege", lambda r: r.who.address, "company's address", note="doubtful"),
    none("site_web", one_of("www.exemple.fr", "https://boutique.example.org")), none("date_immatriculation", day),
))  # fmt: skip
SENSORS = Table("releves_capteurs", "fr", (
    none("capteur", lambda r: f"{r.rng.getrandbits(32):08X}"), none("horodatage", lambda r: str(1_750_000_000 + r.number * 600), "epoch seconds"),
    none("temperature", lambda r: f"{r.rng.uniform(-5, 35):.1f}"), none("humidite", lambda r: str(r.rng.randrange(20, 99))),
    none("firmware", lambda r: f"{r.rng.randrange(4)}.{r.rng.randrange(20)}.{r.rng.randrange(255)}.{r.rng.randrange(9)}", "version like an IP address"),
    none("trame", lambda r: digits(r.rng, 16), "serial numbers"), none("station", one_of("Saint-Brieuc", "Charleville", "Montréjeau"), "places"),
))  # fmt: skip
PLACES = Table("communes", "fr", (
    none("code_insee", lambda r: f"{r.who.postcode[:2]}{digits(r.rng, 3)}"), none("commune", lambda r: r.who.town, "reference of places"),
    none("code_postal", lambda r: r.who.postcode, "reference of places"), none("population", lambda r: str(r.rng.randrange(100, 90_000))),
    none("superficie", lambda r: f"{r.rng.uniform(2, 200):.2f}"), none("departement", lambda r: r.who.postcode[:2]),
))  # fmt: skip
LEDGER = Table("ecritures_comptables", "fr", (
    none("journal", one_of("VE", "AC", "BQ", "OD")), none("compte", one_of("411000", "401000", "512000", "706000")),
    none("libelle", one_of("Achat fournitures", "Loyer mars", "Vente marchandises", "Frais postaux", "Amortissement matériel")),
    none("debit", amount), none("credit", amount), none("lettrage", one_of("AA", "AB", "")), none("num_piece", lambda r: digits(r.rng, 8), "order number"),
    none("date_ecriture", lambda r: day(r, 2025, 2025)), none("exercice", one_of("2024", "2025")),
))  # fmt: skip
EMPTY = Table("modele_vide", "fr", (
    none("colonne1", lambda r: None, "empty"), none("divers", lambda r: None, "empty"), none("Unnamed: 3", lambda r: None, "empty"),
    none("statut", one_of("actif", "inactif")), none("nom_fichier", one_of("rapport.pdf", "plan_v2.dwg"), "name of a file"),
    none("email_envoye", one_of("true", "false"), "flag named after e-mail"), none("nb_telephones", lambda r: str(r.rng.randrange(5)), "count"),
    none("adresse_memoire", lambda r: f"0x{r.rng.getrandbits(32):08x}", "address of a machine's memory"),
    none("date_naissance_projet", day, "birth of a project", note="doubtful"), none("modele_telephone", one_of("Galaxy A54", "iPhone 13"), "model of a phone"),
))  # fmt: skip

EN_CUSTOMERS = Table("customers", "en", (
    key("customer_id", lambda r: str(r.number)), F("first_name", "identification", "FIRST_NAME", lambda r: r.who.first),
    F("surname", "identification", "LAST_NAME", lambda r: r.who.last), F("email", "contact", "EMAIL_ADDRESS", lambda r: r.who.mail),
    F("mobile_no", "contact", "PHONE_NUMBER", lambda r: phone(r.rng, r.who)), F("address_line_1", "contact", "ADDRESS", lambda r: r.who.street),
    F("post_code", "contact", "POSTCODE", lambda r: r.who.postcode), F("dob", "identification", "BIRTH_DATE", lambda r: f"{r.who.born:%d/%m/%Y}"),
    F("marketing_opt_in", "consent", "CONSENT", one_of("Y", "N")), F("card_number", "banking", "CREDIT_CARD", lambda r: luhn(r.rng, "4929", 16)),
    none("segment", one_of("gold", "silver")), none("order_count", lambda r: str(r.rng.randrange(60))), none("last_invoice_no", lambda r: f"INV-{digits(r.rng, 6)}", "order number"),
))  # fmt: skip
EN_STAFF = Table("payroll_export", "en", (
    F("emp_no", "professional_life", "EMPLOYEE_ID", lambda r: digits(r.rng, 6)), F("full_name", "identification", "PERSON", lambda r: r.who.full),
    F("job_title", "professional_life", "JOB_TITLE", one_of("Nurse", "Accountant", "Fitter", "Warehouse operative")), F("annual_salary", "banking", "INCOME", lambda r: str(r.rng.randrange(19_000, 90_000))),
    F("sickness_reason", "special.health", "HEALTH", lambda r: often(r, 0.3, one_of("back pain", "flu", "depression", "surgery"))),
    F("union_member", "special.trade_union", "TRADE_UNION", one_of("Y", "N", "N")), F("ethnic_origin", "special.ethnicity", "ETHNICITY", one_of("White British", "Asian", "Black African", "Mixed")),
    F("next_of_kin", "identification", "PERSON", lambda r: name(r.rng, r.other)), F("bank_iban", "banking", "IBAN_CODE", lambda r: r.who.iban),
    none("cost_centre", one_of("4100", "4200")), none("pay_period", one_of("2026-01", "2026-02")), F("gender", "identification", "GENDER", lambda r: "F" if r.who.female else "M"),
))  # fmt: skip
EN_STOCK = Table("stock_items", "en", (
    none("name", one_of(*words.ENGLISH_PRODUCTS), "product names"), none("supplier", one_of(*words.ENGLISH_COMPANIES), "company names"), none("sku", lambda r: f"SK{digits(r.rng, 6)}", "article numbers"),
    none("barcode", lambda r: f"50{digits(r.rng, 11)}", "article numbers"), none("unit_price", lambda r: f"{r.rng.uniform(1, 300):.2f}"), none("location", one_of("A1-03", "B2-14")),
    none("email_template", one_of("restock", "none"), "flag named after e-mail"), none("country_of_origin", one_of("China", "Italy", "Poland")),
))  # fmt: skip
EN_CODED = Table("CUSTMAST", "en", (
    F("CUST_NM", "identification", "PERSON", lambda r: shouted(f"{r.who.last}, {r.who.first}"), trap="coded header"), F("ADDR1", "contact", "ADDRESS", lambda r: r.who.street.upper(), trap="coded header"),
    F("TEL_NO", "contact", "PHONE_NUMBER", lambda r: zero_lost(r.who.mobile), trap="zero lost"), F("FLD7", "contact", "EMAIL_ADDRESS", lambda r: r.who.mail.upper(), trap="coded header"),
    F("LAST_IP", "technical_identification", "IP_ADDRESS", lambda r: ip(r.rng)), none("FLD8", lambda r: digits(r.rng, 9), "serial numbers"), none("CR_LIM", one_of("500", "1000"), note="doubtful"),
    none("STAT_CD", one_of("A", "I")), none("UPD_DT", lambda r: f"2025{r.rng.randint(1, 12):02d}11"),
))  # fmt: skip


def ticket(row: Row) -> str:
    """Returns a ticket's text, with contact data in one of ten."""
    said = str(
        row.rng.choice(
            ("printer offline again", "cannot log in since the update", "please reset my token", "screen flickers")
        )
    )
    return f"{said}, call {row.who.first} on {phone(row.rng, row.who)}" if row.rng.random() < 0.1 else said


EN_TICKETS = Table("helpdesk", "en", (
    none("ticket_no", lambda r: f"T{r.number:06d}", "order number"), F("raised_by", "identification", "PERSON", lambda r: name(r.rng, r.who)),
    F("description", "contact", "PHONE_NUMBER", ticket, trap="people in one of ten notes"), none("severity", one_of("low", "high")), none("product", one_of("Outlook", "Teams", "Sage")),
    none("meeting_room", one_of("Churchill", "Curie", "Room 4"), "room names"), none("sla_hours", one_of("4", "8", "24")),
))  # fmt: skip

TABLES = (
    PRODUCTS, MACHINES, COMPANIES, SENSORS, PLACES, LEDGER, EMPTY, EN_CUSTOMERS, EN_STAFF, EN_STOCK, EN_CODED, EN_TICKETS,
)  # fmt: skip
