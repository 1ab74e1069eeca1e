"""The working side of the share: catalogue, telemetry, rounds, calls, an HR extract and the maintenance workbook."""

from __future__ import annotations

from recense.demo import identifiers as ids
from recense.demo import prose, words
from recense.demo.truth import Column, Table, column, either, personal, planted, trap
from recense.demo.world import Row

SOURCE = "partage"

CATALOGUE = "catalogue/produits.json"
TELEMETRY = "telemetrie/centrales.parquet"
ROUNDS = "terrain/tournees.csv"
CALLS = "standard/appels.tsv"
PAYROLL = "rh/extrait_paie.csv"
WORKBOOK = "maintenance.xlsx"


def tables() -> tuple[Table, ...]:
    """Returns all tables but the sheets of the workbook."""
    return (_catalogue(), _telemetry(), _rounds(), _calls(), _payroll())


def _catalogue() -> Table:
    return Table(
        SOURCE,
        CATALOGUE,
        250,
        (
            column("reference", lambda r: f"VF-{r.rng.randrange(10**6):06d}", trap("references of products")),
            column(
                "designation",
                lambda r: r.pick(*words.PRODUCTS),
                trap("products named after stars, Victor and Charlotte"),
            ),
            column("ean", lambda r: ids.ean(r.rng), trap("EAN product codes")),
            column("prix_ht", lambda r: round(r.rng.uniform(3, 900), 2), trap("prices"), type="FLOAT"),
            column(
                "version_logiciel",
                lambda r: (
                    f"{r.rng.randint(1, 12)}.{r.rng.randint(0, 30)}.{r.rng.randint(0, 250)}.{r.rng.randint(0, 99)}"
                ),
                trap("versions of four numbers, like an IP address"),
            ),
            column(
                "couleur",
                lambda r: r.pick("rouge", "blanc", "noir", "gris"),
                trap("colours of products", "special.ethnicity", "identification"),
            ),
            column("fabricant.pays", lambda r: r.pick("FR", "DE", "IT"), trap("country of a manufacturer")),
        ),
    )


def _telemetry() -> Table:
    """Readings of control panels: nobody in it."""

    def imei_like(row: Row) -> str:
        body = ids.digits(row.rng, 14)
        return body + ids.luhn(body)

    return Table(
        SOURCE,
        TELEMETRY,
        2000,
        (
            column("centrale_uuid", lambda r: ids.uuid4(r.rng), trap("UUIDs of machines")),
            column(
                "horodatage_ms",
                lambda r: 1_760_000_000_000 + r.rng.randrange(30_000_000_000),
                trap("milliseconds since 1970, 13 digits"),
                type="BIGINT",
            ),
            column(
                "firmware",
                lambda r: r.pick("10.2.3.4", "10.2.4.0", "9.14.0.2", "10.3.0.1"),
                trap("versions of the shape of an IP address"),
            ),
            column("numero_serie", imei_like, trap("serial numbers that all pass Luhn")),
            column(
                "adresse_detecteur",
                lambda r: r.rng.randint(1, 127),
                trap("place on a loop, no postal address"),
                type="INTEGER",
            ),
            column(
                "nom_zone",
                lambda r: r.pick("Hall", "Sous-sol 2", "Cuisine", "Atelier nord", "Local serveurs"),
                trap("rooms, no names of people"),
            ),
            column(
                "temperature",
                lambda r: round(r.rng.uniform(4, 41), 1),
                trap("temperature of a room", "special.health"),
                type="FLOAT",
            ),
            column(
                "evenement",
                lambda r: r.pick(*prose.TECHNICAL),
                trap("technical remarks: condamnée, FO, enceinte, malveillance"),
            ),
        ),
    )


def _rounds() -> Table:
    """Where each technician was: a category the policy never mentions."""
    return Table(
        SOURCE,
        ROUNDS,
        1200,
        (
            column("matricule", lambda r: f"VGF{1000 + r.rng.randrange(120)}", personal("EMPLOYEE_ID")),
            column("technicien", lambda r: r.staff.name, personal("PERSON")),
            column("horodatage", lambda r: r.moment().isoformat(sep=" "), either("LOG_TIMESTAMP", "TRACK")),
            column(
                "latitude",
                lambda r: f"{r.rng.uniform(43.3, 49.8):.5f}",
                planted("COORDINATES", "positions of technicians: not declared by the policy"),
            ),
            column(
                "longitude",
                lambda r: f"{r.rng.uniform(-1.5, 6.5):.5f}",
                planted("COORDINATES", "positions of technicians: not declared by the policy"),
            ),
            column(
                "immatriculation",
                lambda r: ids.plate(r.rng),
                planted("VEHICLE_PLATE", "plates: not declared by the policy"),
                either("VEHICLE"),
            ),
            column(
                "kilometrage",
                lambda r: r.rng.randint(2_000, 190_000),
                trap("a counter", "contact", "banking", "government_id"),
            ),
            column(
                "type_intervention",
                lambda r: r.pick("préventif", "correctif", "astreinte"),
                trap("code of a closed list"),
            ),
        ),
    )


def _calls() -> Table:
    return Table(
        SOURCE,
        CALLS,
        900,
        (
            column("debut", lambda r: r.moment().isoformat(sep=" "), either("LOG_TIMESTAMP")),
            column("appelant", lambda r: ids.international(r.person.landline), personal("PHONE_NUMBER")),
            column("duree_s", lambda r: r.rng.randint(5, 1800), trap("seconds")),
            column("file", lambda r: r.pick("commercial", "technique", "urgence"), trap("code of a closed list")),
            column("nb_appels", lambda r: r.rng.randint(1, 9), trap("a counter")),
        ),
    )


def _payroll() -> Table:
    """An extract that lies on the share by mistake: staff are outside the customers' policy."""
    return Table(
        SOURCE,
        PAYROLL,
        120,
        (
            column("matricule", lambda r: f"VGF{1000 + r.index}", personal("EMPLOYEE_ID")),
            column("nom_prenom", lambda r: f"{r.staff.last} {r.staff.first}", personal("PERSON")),
            column("date_naissance", lambda r: r.staff.born.strftime("%d/%m/%Y"), personal("BIRTH_DATE")),
            column(
                "num_secu",
                lambda r: ids.nir(r.rng, r.staff.female, r.staff.born.year, r.staff.born.month),
                planted("FR_NIR", "social security numbers of the staff"),
            ),
            column(
                "situation_familiale",
                lambda r: r.pick("marié(e)", "célibataire", "pacsé(e)", "divorcé(e)"),
                personal("FAMILY"),
            ),
            column(
                "salaire_brut",
                lambda r: f"{r.rng.uniform(1_900, 5_200):.2f}".replace(".", ","),
                planted("INCOME", "salaries"),
            ),
            column("rib", lambda r: ids.rib(r.rng), planted("FR_RIB", "bank accounts of the staff")),
            column(
                "motif_absence",
                lambda r: r.pick("", "", "congés payés", "arrêt maladie", "accident du travail", "congé maternité"),
                planted("HEALTH", "reasons of absence"),
            ),
            column(
                "adhesion_syndicale",
                lambda r: r.pick("", "", "", "CGT", "CFDT", "FO"),
                planted("TRADE_UNION", "union membership"),
                either("MEMBERSHIP"),
            ),
        ),
        roster=True,
    )


def sheets() -> tuple[Table, ...]:
    """Returns the sheets of the maintenance workbook; the first one has two title rows above its header."""
    name = (WORKBOOK + "/{}").format
    who: tuple[Column, ...] = (column("Technicien", lambda r: r.staff.name, personal("PERSON")),)
    return (
        Table(
            SOURCE,
            name("Interventions"),
            600,
            (
                column("N° intervention", lambda r: 240000 + r.index, trap("numbers of interventions")),
                column("Date", lambda r: r.day(2).strftime("%d/%m/%Y")),
                column("Site", lambda r: r.site.name, trap("schools and clinics named after people and saints")),
                *who,
                column("Type ERP", lambda r: r.site.kind, trap("type of building")),
                column("Observation", lambda r: r.pick(*prose.TECHNICAL), trap("technical remarks without people")),
            ),
        ),
        Table(
            SOURCE,
            name("Contacts"),
            250,
            (
                column("Site", lambda r: r.site.name, trap("schools and clinics named after people and saints")),
                column(
                    "Interlocuteur",
                    lambda r: prose.title(r.person),
                    personal("PERSON"),
                    trap("M. Chrétien is a name", "special.religion", "special.ethnicity"),
                ),
                column("Tél.", lambda r: ids.spaced(r.person.landline), personal("PHONE_NUMBER")),
                column(
                    "Remarque",
                    lambda r: (
                        prose.say(r, (*prose.HEALTH, *prose.ORDINARY, *prose.ORDINARY)) if r.chance(0.5) else None
                    ),
                    planted("HEALTH", "illnesses of contacts in one remark of four"),
                    either("PERSON"),
                ),
            ),
        ),
        Table(
            SOURCE,
            name("Habilitations"),
            120,
            (
                *who,
                column(
                    "Habilitation",
                    lambda r: r.pick("SSIAP 1", "SSIAP 2", "SSIAP 3", "BR", "B1V", "CACES"),
                    personal("QUALIFICATION"),
                ),
                column("Échéance", lambda r: r.day(1).strftime("%d/%m/%Y")),
                column(
                    "Aptitude médicale",
                    lambda r: r.pick("apte", "apte", "apte avec réserves", "inapte temporaire"),
                    planted("HEALTH", "opinions of the occupational physician"),
                ),
            ),
            roster=True,
        ),
        Table(
            SOURCE,
            name("Parc"),
            400,
            (
                column("Équipement", lambda r: r.pick(*words.PRODUCTS), trap("products")),
                column("N° de série", lambda r: f"{r.rng.randrange(10**12, 10**13)}", trap("13 digits")),
                column(
                    "Mise en service",
                    lambda r: r.day(15).strftime("%d/%m/%Y"),
                    trap("dates of equipment", "identification"),
                ),
                column(
                    "État", lambda r: r.pick("conforme", "à remplacer", "hors service"), trap("code of a closed list")
                ),
            ),
        ),
    )
