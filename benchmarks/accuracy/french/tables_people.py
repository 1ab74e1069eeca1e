"""French tables about people: customers, staff, patients, members, tickets, contracts."""

# ruff: noqa: E501 - data, one entry beside the other
from __future__ import annotations

from benchmarks.accuracy.french import words
from benchmarks.accuracy.french.damage import as_float, misread, serial_day, shouted, untidy, zero_lost
from benchmarks.accuracy.french.model import Field, Row, Table, amount, day, key, none, often, one_of
from benchmarks.accuracy.french.people import digits, grouped, ip, luhn, name, phone, plate
from benchmarks.accuracy.french.people import iban as new_iban

F = Field
ID, CO, PRO, BANK, GOV = "identification", "contact", "professional_life", "banking", "government_id"


def born(row: Row) -> str:
    """Returns the birth date."""
    return f"{row.who.born:%d/%m/%Y}"


def remark(row: Row) -> str | None:
    """Returns a note that names somebody in one of eight rows."""
    plain = (
        "RAS",
        "devis envoyé",
        "à relancer en mars",
        "client fidèle",
        "livraison par la cour",
        "paiement à 30 jours",
    )
    if row.rng.random() < 0.125:
        return f"voir avec {name(row.rng, row.other)} au {phone(row.rng, row.other)}"
    return often(row, 0.6, one_of(*plain))


def role_or_person(row: Row) -> str:
    """Returns a role mailbox in a third of the rows."""
    return (
        f"{row.rng.choice(words.ROLES)}@{row.rng.choice(words.MAIL_HOSTS)}" if row.rng.random() < 0.33 else row.who.mail
    )


def company_or_person(row: Row) -> str:
    """Returns a company in half of the rows."""
    return row.rng.choice(words.COMPANIES) if row.rng.random() < 0.5 else f"{row.who.last.upper()} {row.who.first}"


CUSTOMERS = Table("crm_clients", "fr", (
    key("id", lambda r: str(r.number + 1)),
    F("nom", ID, "LAST_NAME", lambda r: r.who.last),
    F("prenom", ID, "FIRST_NAME", lambda r: r.who.first),
    F("civilité", ID, "CIVILITY", lambda r: "Mme" if r.who.female else "M."),
    F("courriel", CO, "EMAIL_ADDRESS", lambda r: r.who.mail),
    F("tél. portable", CO, "PHONE_NUMBER", lambda r: untidy(r.rng, phone(r.rng, r.who))),
    F("adresse", CO, "ADDRESS", lambda r: r.who.street),
    F("cp", CO, "POSTCODE", lambda r: r.who.postcode),
    F("ville", CO, "CITY", lambda r: r.who.town),
    F("né(e) le", ID, "BIRTH_DATE", born),
    F("newsletter_ok", "consent", "CONSENT", one_of("O", "N")),
    F("remarques", ID, "PERSON_NOTE", remark, trap="people in one of eight notes"),
    none("segment", one_of("A", "B", "C")), none("ca_annuel", amount), none("nb_commandes", lambda r: str(r.rng.randrange(40))),
    none("date_maj", lambda r: day(r, 2024)), none("origine", one_of("salon", "site", "parrainage"), "lookalike"),
))  # fmt: skip

CODED = Table("EXPORT_CLI", "fr", (
    key("cli_id", lambda r: f"{r.number:06d}"),
    F("cli_nm", ID, "LAST_NAME", lambda r: shouted(r.who.last), trap="coded header"),
    F("cli_pnm", ID, "FIRST_NAME", lambda r: shouted(r.who.first), trap="coded header"),
    F("T_ADR1", CO, "ADDRESS", lambda r: shouted(r.who.street), trap="coded header"),
    F("T_ADR2", CO, "CITY", lambda r: shouted(f"{r.who.postcode} {r.who.town}"), trap="coded header"),
    F("ZONE3", CO, "EMAIL_ADDRESS", lambda r: r.who.mail.upper(), trap="coded header"),
    F("ZONE4", CO, "PHONE_NUMBER", lambda r: zero_lost(r.who.mobile), trap="coded header, zero lost"),
    F("cli_dn", ID, "BIRTH_DATE", lambda r: f"{r.who.born:%Y%m%d}", trap="coded header"),
    F("cli_rib", BANK, "IBAN_CODE", lambda r: r.who.iban, trap="coded header"),
    none("cd_grp", one_of("01", "02", "07")), none("mt_ca", amount), none("fl_act", one_of("0", "1")),
    none("ZONE5", lambda r: None, "empty"), none("dt_crea", lambda r: f"{r.rng.randint(2012, 2025)}0{r.rng.randint(1, 9)}15"),
))  # fmt: skip

NAMELESS = Table("export_sans_entete", "fr", (
    F("F1", ID, "PERSON", lambda r: name(r.rng, r.who), trap="no header"),
    F("F2", CO, "PHONE_NUMBER", lambda r: phone(r.rng, r.who), trap="no header"),
    F("F3", CO, "ADDRESS", lambda r: r.who.address, trap="no header"),
    F("F4", CO, "EMAIL_ADDRESS", lambda r: r.who.mail, trap="no header"),
    F("F5", GOV, "FR_NIR", lambda r: r.who.nir, trap="no header"),
    F("F6", BANK, "IBAN_CODE", lambda r: grouped(r.who.iban, 4), trap="no header"),
    F("F7", ID, "FIRST_NAME", lambda r: r.who.first.lower(), trap="no header"),
    F("F8", ID, "LAST_NAME", lambda r: shouted(r.who.last), trap="no header"),
    none("F9", lambda r: f"CMD-{r.rng.randrange(10**6):06d}", "order number"),
    none("F10", one_of(*words.PRODUCTS), "product names"), none("F11", amount),
    none("F12", one_of(*words.COMPANIES), "company names"), none("F13", lambda r: digits(r.rng, 10), "article numbers"),
))  # fmt: skip

STAFF = Table("rh_salaries", "fr", (
    F("matricule", PRO, "EMPLOYEE_ID", lambda r: f"S{r.number + 1000}"),
    F("nom_usage", ID, "LAST_NAME", lambda r: r.who.last.upper()),
    F("nom_naissance", ID, "LAST_NAME", lambda r: r.other.last.upper()),
    F("prénom", ID, "FIRST_NAME", lambda r: r.who.first),
    F("sexe", ID, "GENDER", lambda r: "F" if r.who.female else "H"),
    F("num_secu", GOV, "FR_NIR", lambda r: grouped(r.who.nir[:13], 3) + " " + r.who.nir[13:]),
    F("nationalite", ID, "NATIONALITY", one_of("Française", "Française", "Portugaise", "Tunisienne", "Belge")),
    F("salaire_brut", BANK, "INCOME", lambda r: amount(r, 6_000)),
    F("iban", BANK, "IBAN_CODE", lambda r: r.who.iban),
    F("poste_occupe", PRO, "JOB_TITLE", one_of(*words.JOBS)),
    F("type_contrat", PRO, "EMPLOYMENT", one_of("CDI", "CDD", "alternance", "intérim")),
    F("date_entree", PRO, "EMPLOYMENT", lambda r: day(r, 1999, 2025)),
    F("rqth", "special.health", "HEALTH", one_of("non", "non", "non", "oui")),
    F("motif_absence", "special.health", "HEALTH",
      lambda r: often(r, 0.4, one_of("arrêt maladie", "accident du travail", "congé maternité", "mi-temps thérapeutique"))),
    F("cotisation_syndicale", "special.trade_union", "TRADE_UNION", lambda r: often(r, 0.2, one_of("CFDT", "CGT", "FO", "UNSA"))),
    F("personne_a_prevenir", ID, "PERSON", lambda r: name(r.rng, r.other)),
    F("tel_urgence", CO, "PHONE_NUMBER", lambda r: phone(r.rng, r.other)),
    F("nb_enfants", "lifestyle", "FAMILY", lambda r: str(r.rng.randrange(5))),
    F("permis", GOV, "DRIVER_LICENSE", one_of("B", "B", "BE", "C", ""), "doubtful"),
    none("site", one_of("Brest", "Lyon", "Lille"), note="doubtful"),
))  # fmt: skip

BILLING = Table("factures_2025", "fr", (
    none("num_facture", lambda r: f"F2025-{r.number:05d}", "order number"), none("date_facture", lambda r: day(r, 2025, 2025)),
    F("client", ID, "PERSON", company_or_person, trap="mixed: person or company"),
    F("adresse_facturation", CO, "ADDRESS", lambda r: r.who.address),
    F("contact", CO, "PHONE_NUMBER", lambda r: row_contact(r), trap="mixed: phone or e-mail"),
    F("titulaire du compte", ID, "PERSON", lambda r: r.who.full),
    F("RIB", BANK, "IBAN_CODE", lambda r: grouped(r.who.iban, 4)),
    none("montant_ht", amount), none("tva", one_of("20", "10", "5,5")), none("siret_client", lambda r: luhn(r.rng, "4", 14), "company number"),
    none("statut", one_of("payée", "en attente", "relance")), none("echeance", lambda r: day(r, 2025, 2026)),
    none("ref_commande", lambda r: digits(r.rng, 10), "order number"), none("designation", one_of(*words.PRODUCTS), "product names"),
))  # fmt: skip


def row_contact(row: Row) -> str:
    """Returns a phone number or an e-mail address."""
    return phone(row.rng, row.who) if row.rng.random() < 0.5 else row.who.mail


FLOATS = Table("adherents_excel", "fr", (
    F("NOM PRENOM", ID, "PERSON", lambda r: shouted(f"{r.who.last} {r.who.first}"), trap="capitals without accents"),
    F("TEL", CO, "PHONE_NUMBER", lambda r: often(r, 0.8, lambda x: as_float(x.who.mobile)), trap="number as float"),
    F("CP", CO, "POSTCODE", lambda r: as_float(r.who.postcode), trap="number as float"),
    F("VILLE", CO, "CITY", lambda r: shouted(r.who.town), trap="capitals without accents"),
    F("DATE NAISS", ID, "BIRTH_DATE", lambda r: serial_day(r.who.born.toordinal()), trap="date as number"),
    F("N° SS", GOV, "FR_NIR", lambda r: f"{r.who.nir[:13]}.0", trap="number as float"),
    F("LICENCE", ID, "CUSTOMER_ID", lambda r: digits(r.rng, 8)),
    F("photo_fichier", "photo", "PHOTO", lambda r: f"{shouted(r.who.last).lower().replace(' ', '_')}.jpg"),
    F("droit_image", "consent", "CONSENT", one_of("oui", "non", "")),
    F("tuteur légal", ID, "PERSON", lambda r: often(r, 0.3, lambda x: x.other.full)),
    F("ADRESSE", CO, "ADDRESS", lambda r: misread(r.who.street), trap="accents broken"),
    F("MONTANT COTIS", BANK, "PAYMENT", one_of("45", "60", "80"), "doubtful"),
    none("COLONNE12", lambda r: None, "empty"), none("section", one_of("judo", "tennis", "natation"), note="doubtful"),
))  # fmt: skip

TICKETS = Table("support_tickets", "fr", (
    none("ticket", lambda r: f"INC{r.number:07d}", "order number"), none("ouvert_le", lambda r: day(r, 2025)),
    F("demandeur", ID, "PERSON", lambda r: name(r.rng, r.who)),
    F("mail_demandeur", CO, "EMAIL_ADDRESS", role_or_person, trap="role mailboxes among people's"),
    F("message", CO, "PHONE_NUMBER", lambda r: message(r), trap="people in one of ten notes"),
    F("ip_poste", "technical_identification", "IP_ADDRESS", lambda r: ip(r.rng)),
    F("traité par", ID, "PERSON", lambda r: r.other.first.lower()[0] + "." + r.other.last.lower(), trap="initial and surname"),
    none("priorite", one_of("P1", "P2", "P3")), none("version_logiciel", lambda r: f"{r.rng.randint(1, 9)}.{r.rng.randint(0, 20)}.{r.rng.randint(0, 9)}"),
    none("application", one_of("Sage", "SAP", "Outlook", "GLPI")), none("duree_min", lambda r: str(r.rng.randrange(5, 300))),
    none("num_serie", lambda r: f"{digits(r.rng, 4)}-{digits(r.rng, 4)}-{digits(r.rng, 4)}", "serial numbers"),
))  # fmt: skip


def message(row: Row) -> str:
    """Returns a ticket's text, with contact data in one of ten."""
    said = row.rng.choice((
        "l'imprimante du 2e étage n'imprime plus", "écran noir au démarrage depuis ce matin", "mot de passe expiré, merci de réinitialiser",
        "impossible d'ouvrir la facture F2025-00012", "demande d'accès au dossier partagé", "Excel plante à l'ouverture",
    ))  # fmt: skip
    if row.rng.random() < 0.1:
        return f"{said}, me rappeler au {phone(row.rng, row.who)} ({row.who.mail})"
    return str(said)


CONTRACTS = Table("contrats_auto", "fr", (
    none("num_contrat", lambda r: f"C{digits(r.rng, 9)}", note="doubtful"),
    F("souscripteur", ID, "PERSON", lambda r: r.who.full),
    F("conducteur_secondaire", ID, "PERSON", lambda r: often(r, 0.25, lambda x: x.other.full)),
    F("immat", ID, "VEHICLE_PLATE", lambda r: plate(r.rng)),
    F("lieu_naiss", ID, "BIRTH_PLACE", lambda r: r.other.town),
    F("n_permis", GOV, "DRIVER_LICENSE", lambda r: digits(r.rng, 12)),
    F("situation_familiale", "lifestyle", "FAMILY", one_of("marié", "célibataire", "pacsée", "divorcé", "veuve")),
    F("cb_prelevement", BANK, "CREDIT_CARD", lambda r: luhn(r.rng, "497", 16)),
    F("exp_cb", BANK, "CARD_EXPIRY", lambda r: f"{r.rng.randint(1, 12):02d}/{r.rng.randint(26, 30)}"),
    none("formule", one_of("tiers", "tous risques")), none("prime_ttc", amount), none("franchise", one_of("150", "300")),
    none("modele", one_of("Clio", "Mégane", "Zoé", "208", "Picasso"), "lookalike"), none("date_effet", lambda r: day(r)),
))  # fmt: skip

EVENT = Table("inscriptions_salon", "fr", (
    F("Nom complet", ID, "PERSON", lambda r: r.who.full),
    F("Adresse e-mail", CO, "EMAIL_ADDRESS", lambda r: r.who.mail),
    F("Société", PRO, "COMPANY", one_of(*words.COMPANIES)), F("Fonction", PRO, "JOB_TITLE", one_of(*words.JOBS)),
    F("Allergies", "special.health", "HEALTH", lambda r: often(r, 0.2, one_of("arachides", "gluten", "lactose", "fruits à coque"))),
    F("Besoin accès PMR", "special.health", "HEALTH", one_of("non", "non", "non", "oui")),
    F("Régime", "special.religion", "RELIGION", one_of("aucun", "végétarien", "halal", "casher"), "doubtful"),
    none("Atelier", one_of("Comptabilité analytique", "Droit du travail", "Excel avancé")),
    none("Salle", one_of(*words.ROOMS), "room names"), none("Créneau", one_of("9h-10h30", "11h-12h30", "14h-16h")),
    F("Twitter", CO, "SOCIAL_HANDLE", lambda r: often(r, 0.5, lambda x: f"@{shouted(x.who.first).lower()}_{x.rng.randrange(99)}")),
))  # fmt: skip


def clinic_note(row: Row) -> str | None:
    """Returns a note of a secretary: health in some, its denial in others."""
    return often(row, 0.7, one_of(
        "première consultation", "diabète de type 2 suivi depuis 2019", "aucun antécédent", "pas d'allergie connue",
        "asthme, inhalateur à renouveler", "apporter la carte vitale", "hypertension, contrôle dans 3 mois", "a annulé deux fois",
        "sous anticoagulants", "règlement par chèque",
    ))  # fmt: skip


CLINIC = Table("cabinet_rdv", "fr", (
    F("patient", ID, "PERSON", lambda r: f"{r.who.last.upper()} {r.who.first}"),
    F("tel", CO, "PHONE_NUMBER", lambda r: phone(r.rng, r.who)), F("nir", GOV, "FR_NIR", lambda r: r.who.nir),
    F("medecin traitant", ID, "PERSON", lambda r: f"Dr {r.other.last}"),
    F("motif", "special.health", "HEALTH", one_of("lombalgie", "suivi de grossesse", "vaccin", "renouvellement", "migraine", "bilan sanguin")),
    F("cim10", "special.health", "HEALTH", one_of("M54.5", "Z34.0", "G43.9", "E11.9", "I10", "J45.0")),
    F("note", "special.health", "HEALTH", clinic_note, trap="health in some notes"),
    F("mutuelle", BANK, "", one_of("MGEN", "Harmonie", "MAAF"), "doubtful"),
    F("date_rdv", "special.health", "HEALTH", lambda r: day(r, 2026, 2026), "doubtful"),
    none("cabinet", one_of("1", "2", "3")), none("duree", one_of("15", "20", "30")),
    F("tarif", BANK, "PAYMENT", one_of("26,50", "30,00", "60,00"), "doubtful"),
))  # fmt: skip

PUPILS = Table("eleves", "fr", (
    F("INE", GOV, "FR_INE", lambda r: f"{digits(r.rng, 9)}{r.rng.choice('ABCDEFGHJK')}{r.rng.choice('ABCDEFGHJK')}"),
    F("Nom élève", ID, "LAST_NAME", lambda r: r.who.last), F("Prénom élève", ID, "FIRST_NAME", lambda r: r.who.first),
    F("Responsable 1", ID, "PERSON", lambda r: name(r.rng, r.other)), F("Tél resp. 1", CO, "PHONE_NUMBER", lambda r: phone(r.rng, r.other)),
    F("PAI", "special.health", "HEALTH", one_of("N", "N", "N", "O")),
    F("Quotient familial", BANK, "INCOME", lambda r: str(r.rng.randrange(200, 2_500))),
    F("Adresse du domicile", CO, "ADDRESS", lambda r: r.who.address),
    none("Classe", one_of("6e A", "5e C", "CM2"), note="doubtful"), none("Prof principal absent", one_of("", "x"), note="doubtful"),
    none("Code établissement", lambda r: "0290123K"), none("Année scolaire", one_of("2024-2025", "2025-2026")),
))  # fmt: skip

OFFENCES = Table("contentieux", "fr", (
    F("mis_en_cause", ID, "PERSON", lambda r: f"{r.who.last.upper()} {r.who.first}"),
    F("motif_condamnation", "criminal", "", one_of("vol avec effraction", "conduite en état d'ivresse", "escroquerie", "recel")),
    F("casier_b2", "criminal", "", one_of("néant", "1 mention", "2 mentions")),
    F("avocat", ID, "PERSON", lambda r: f"Me {r.other.last}"),
    none("tribunal", one_of("TJ de Rennes", "TJ de Lyon", "CA de Douai")), none("num_rg", lambda r: f"{r.rng.randint(19, 25)}/{digits(r.rng, 5)}", "order number"),
    none("audience", lambda r: day(r, 2025)),
))  # fmt: skip

SURVEY = Table("enquete_opinion", "fr", (
    key("id_repondant", lambda r: str(r.number)),
    F("tranche_age", ID, "AGE", one_of("18-24", "25-34", "35-49", "50-64", "65+")),
    F("sympathie_partisane", "special.politics", "POLITICS", one_of("gauche", "centre", "droite", "sans opinion", "écologiste")),
    F("confession", "special.religion", "RELIGION", one_of("catholique", "musulmane", "sans", "protestante", "juive")),
    F("origine_ethnique", "special.ethnicity", "ETHNICITY", one_of("Europe", "Maghreb", "Afrique subsaharienne", "Asie", "NR")),
    F("orientation_sexuelle", "special.sex", "SEX_LIFE", one_of("hétérosexuelle", "homosexuelle", "bisexuelle", "NR")),
    F("syndique", "special.trade_union", "TRADE_UNION", one_of("oui", "non", "non")),
    F("csp", PRO, "JOB_TITLE", one_of("ouvrier", "cadre", "employé", "retraité")),
    none("vague", one_of("V1", "V2")), none("duree_reponse_s", lambda r: str(r.rng.randrange(60, 900))), none("poids", lambda r: f"{r.rng.uniform(0.5, 2):.4f}"),
))  # fmt: skip

WEB_LOG = Table("journal_acces", "fr", (
    F("horodatage", "connection_log", "LOG_TIMESTAMP", lambda r: f"2026-03-{r.rng.randint(1, 28):02d}T{r.rng.randrange(24):02d}:12:07", "doubtful"),
    F("adresse_ip", "technical_identification", "IP_ADDRESS", lambda r: ip(r.rng)),
    F("utilisateur", ID, "USERNAME", lambda r: r.who.mail.split("@")[0]),
    F("navigateur", "technical_identification", "USER_AGENT", one_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/124.0", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4)")),
    F("jeton_session", "technical_identification", "SESSION_ID", lambda r: f"{r.rng.getrandbits(128):032x}"),
    F("recherche", "connection_log", "SEARCH_QUERY", one_of("bottes pluie", "table ronde", "retour colis"), "doubtful"),
    none("code_retour", one_of("200", "404", "302", "500")), none("octets", lambda r: str(r.rng.randrange(90_000))),
    none("methode", one_of("GET", "POST")), none("duree_ms", lambda r: str(r.rng.randrange(900))),
))  # fmt: skip

CO_OWNERS = Table("coproprietaires", "fr", (
    none("lot", lambda r: str(r.number + 1)), none("etage", one_of("RDC", "1", "2", "3")), none("tantiemes", lambda r: str(r.rng.randrange(50, 300))),
    F("propriétaire", ID, "PERSON", company_or_person, trap="mixed: person or company"),
    F("mail", CO, "EMAIL_ADDRESS", lambda r: r.who.mail), F("tél fixe", CO, "PHONE_NUMBER", lambda r: r.who.landline),
    F("solde_compte", BANK, "PAYMENT", amount, "doubtful"), F("locataire", ID, "PERSON", lambda r: often(r, 0.4, lambda x: name(x.rng, x.other))),
    none("dernier_appel", lambda r: day(r, 2025)), F("code_porte", "credential", "PASSWORD", lambda r: f"{r.rng.choice('AB')}{digits(r.rng, 4)}", "doubtful"),
))  # fmt: skip

MISNAMED = Table("import_mal_nomme", "fr", (
    F("reference", CO, "EMAIL_ADDRESS", lambda r: r.who.mail, trap="wrongly named"),
    F("code", CO, "PHONE_NUMBER", lambda r: phone(r.rng, r.who), trap="wrongly named"),
    F("zone_libre", ID, "PERSON", lambda r: r.who.full, trap="wrongly named"),
    F("libelle", CO, "ADDRESS", lambda r: r.who.address, trap="wrongly named"),
    F("num_piece", BANK, "IBAN_CODE", lambda r: new_iban(r.rng), trap="wrongly named"),
    none("telephone", lambda r: luhn(r.rng, "32", 13), "wrongly named: article numbers"),
    none("prenom", one_of("oui", "non"), "wrongly named: flags", note="doubtful"), none("adresse", one_of(*words.PRODUCTS), "wrongly named: products"),
    none("montant", amount),
))  # fmt: skip

TABLES = (
    CUSTOMERS, CODED, NAMELESS, STAFF, BILLING, FLOATS, TICKETS, CONTRACTS, EVENT, CLINIC, PUPILS, OFFENCES, SURVEY,
    WEB_LOG, CO_OWNERS, MISNAMED,
)  # fmt: skip
