"""What is no table: technicians' notes, logs, settings and photographs, with their ground truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC

from recense.demo import identifiers as ids
from recense.demo import images, prose, words
from recense.demo.manifest import Entry
from recense.demo.truth import Truth, either, entries, personal, planted, trap
from recense.demo.world import World, rows, slug

SOURCE = "partage"
SECRETS = "credentials in a settings file"


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is not a table: its name in the share, its bytes and the truth of its columns.

    Attributes:
        rows: lines, paragraphs or files, for the manifest's count.
        dataset: the connectors' name when it is not the file's (a member of an archive).
    """

    path: str
    content: bytes
    truths: dict[str, tuple[Truth, ...]]
    rows: int
    dataset: str = ""

    def entries(self) -> Iterator[Entry]:
        """Yields what the manifest says of the document."""
        return entries(SOURCE, self.dataset or self.path, self.truths)


def documents(world: World) -> Iterator[Document]:
    """Yields every document, always in the same order."""
    yield from _site_notes(world)
    yield from _plain_texts()
    yield _access_log(world)
    yield _payment_log(world)
    yield _settings(world)
    yield from _photographs(world)


def _truths(*said: Truth | tuple[Truth, ...]) -> tuple[Truth, ...]:
    flat: list[Truth] = []
    for one in said:
        flat.extend((one,) if isinstance(one, Truth) else one)
    return tuple(flat)


def _site_notes(world: World) -> Iterator[Document]:
    """Yields a note per site: some name people, two hold Article 9 data, the rest is technical."""
    people = _truths(personal("PERSON"), personal("PHONE_NUMBER"), either("ADDRESS", "JOB_TITLE"))
    health = planted("HEALTH", "an illness in a technician's note")
    union = planted("TRADE_UNION", "a union member in a technician's note")
    quiet = _truths(trap("a technical note without people"))
    plans: tuple[tuple[str, tuple[Truth, ...], tuple[tuple[str, ...], ...]], ...] = (
        ("md", (*people, health), (prose.ORDINARY, prose.HEALTH, prose.CALLED)),
        ("txt", (*people, union), (prose.ORDINARY, prose.TRADE_UNION, prose.CALLED)),
        ("txt", people, (prose.ORDINARY, prose.CALLED, prose.ORDINARY)),
        ("md", people, (prose.ORDINARY, prose.CALLED)),
        ("txt", quiet, ()),
        ("txt", quiet, ()),
        ("md", quiet, ()),
    )
    for number, (row, (ending, truths, parts)) in enumerate(
        zip(rows(world, "notes", len(plans)), plans, strict=True), 1
    ):
        lines = [*row.rng.sample(prose.TECHNICAL, 5), *(prose.say(row, part) for part in parts)]
        heading = f"Site {number:03d}, passage du {row.day(1):%d/%m/%Y}"
        text = f"# {heading}\n\n" + "\n\n".join(lines) if ending == "md" else heading + "\n" + "\n".join(lines)
        yield Document(f"notes/site-{number:03d}.{ending}", (text + "\n").encode(), {"text": truths}, len(lines))


NOTICE = """# Notice d'information

Le groupe ne traite aucune donnée sensible au sens de l'article 9 du règlement : origine raciale ou ethnique, opinions
politiques, convictions religieuses ou philosophiques, appartenance syndicale, santé, vie sexuelle, données génétiques
ou biométriques. Il ne traite pas non plus de condamnations pénales.

Toute demande est instruite par le comité chargé de la protection des données.
"""
READ_ME = """Export du fichier des contacts, campagne 2019.
Encodage : UTF-8. Séparateur : point-virgule. Une ligne par fiche, 700 fiches.
Les colonnes champ1 à champ3 viennent de l'ancien logiciel, la colonne ref est un numéro d'ordre.
"""


def _plain_texts() -> Iterator[Document]:
    law = trap("a privacy notice lists the kinds of sensitive data and speaks of nobody")
    yield Document("notices/information.md", NOTICE.encode(), {"text": law}, 1)
    member = "archives/export_2019.zip!/lisezmoi.txt"
    yield Document("", READ_ME.encode(), {"text": trap("a read-me without people")}, 1, member)


def _access_log(world: World) -> Document:
    """Returns a web server's log (combined format, gzip): addresses, browsers, visited pages."""
    lines = []
    for row in rows(world, "access", 2400):
        address = ids.ipv6(row.rng) if row.chance(0.1) else ids.ipv4(row.rng)
        page = row.pick("/", "/produits", "/actualites", "/contact", "/espace-client", "/formations/ssiap")
        if row.chance(0.01):
            page = f"/desinscription?email={row.person.private_email}"
        when = row.moment(0.2).replace(tzinfo=UTC)
        status, size, agent = (
            row.pick(200, 200, 200, 304, 404),
            row.rng.randint(200, 90_000),
            row.pick(*words.USER_AGENTS),
        )
        lines.append(f'{address} - - [{when:%d/%b/%Y:%H:%M:%S %z}] "GET {page} HTTP/1.1" {status} {size} "-" "{agent}"')
    truths = _truths(
        personal("IP_ADDRESS"),
        personal("LOG_TIMESTAMP", "a log of visits with addresses is connection data"),
        planted("EMAIL_ADDRESS", "addresses in the query of 1 % of the visits"),
    )
    return Document("web/access.log.gz", ("\n".join(lines) + "\n").encode(), {"line": truths}, len(lines))


def _payment_log(world: World) -> Document:
    """Returns an application's log into which card numbers slipped."""
    lines = []
    for row in rows(world, "payment", 600):
        when = row.moment(0.1)
        if row.index % 75 == 20:
            told = f"WARN  paiement refusé carte={ids.card(row.rng)} commande=CMD{row.index:06d}"
        else:
            told = row.pick("INFO  paiement accepté", "INFO  panier validé", "DEBUG appel du service de paiement")
            told = f"{told} commande=CMD{row.index:06d} durée={row.rng.randint(20, 900)} ms"
        lines.append(f"{when:%Y-%m-%d %H:%M:%S} {told}")
    truths = _truths(planted("CREDIT_CARD", "card numbers in 8 of 600 lines"), either("LOG_TIMESTAMP"))
    return Document("web/paiement.log", ("\n".join(lines) + "\n").encode(), {"line": truths}, len(lines))


def _settings(world: World) -> Document:
    """Returns an application's settings with secrets in clear."""
    rng = world.random("settings")
    fields: dict[str, tuple[object, tuple[Truth, ...]]] = {
        "application.nom": ("Portail Vigifeu", trap("name of a program")),
        "application.version": ("10.4.2.1", trap("a version of the shape of an IP address")),
        "theme.couleur": ("#B71C1C", trap("colour code")),
        "relance.email_template_id": (17, trap("number of a template")),
        "base.hote": ("base.vigifeu.example.com", trap("name of a server")),
        "base.mot_de_passe": (ids.token(rng, 18) + "!7", _truths(planted("PASSWORD", SECRETS))),
        "smtp.expediteur": ("ne-pas-repondre@vigifeu.example.com", either("EMAIL_ADDRESS")),
        "smtp.password": (ids.token(rng, 16), _truths(planted("PASSWORD", SECRETS))),
        "cartographie.api_key": (ids.token(rng, 40), _truths(planted("TOKEN", SECRETS))),
    }
    tree: dict[str, dict[str, object]] = {}
    for path, (value, _) in fields.items():
        section, key = path.split(".")
        tree.setdefault(section, {})[key] = value
    content = json.dumps(tree, ensure_ascii=False, indent=2).encode() + b"\n"
    return Document("config/application.json", content, {path: truths for path, (_, truths) in fields.items()}, 1)


def _photographs(world: World) -> Iterator[Document]:
    """Yields pictures of an event; what they show is a flat colour."""
    rng = world.random("photos")
    makers: tuple[tuple[str, Callable[[int], bytes]], ...] = (("png", images.png), ("jpg", images.jpeg))
    for number, person in enumerate(rng.sample(world.people, 6)):
        ending, make = makers[number % 2]
        path = f"photos/journee-2025/{slug(person.name)}.{ending}"
        yield Document(path, make(rng.randrange(40, 220)), {"image": (personal("PHOTO"),)}, 1)
