"""The exports: labels of the CNIL's model, text that stays text, terms that exist, and programs that open them."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from register_data import ACTIVITY, a_run, finding

from recense.errors import UserError
from recense.register import facts, folder
from recense.register.building import build
from recense.register.drafts import blank_text
from recense.register.exports import FORMATS, dpv, export
from recense.register.facts import Facts
from recense.register.folder import Register

TESTS = Path(__file__).parents[1]
FORMULAS = ["=1+1", "=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x.example","y")']

# The labels of the CNIL's simplified model, with its own spelling.
CNIL_LIST = [
    "Nom / sigle",
    "N° / REF",
    "Date de création",
    "Dernière mise à jour",
    "Responsable du traitement",
    "Finalité principale",
    "Oui / non",
    "Identification du traitement",
    "Acteur",
    "Finalité du traitement",
    "Transferts hors UE ?",
    "Données sensibles ?",
    "Coordonnées du responsable de l'organisme",
    "Coordonnées du délégué à la protection des données",
    "Nom",
    "Adresse",
    "CP",
    "Ville",
    "Pays",
    "Tél.",
    "E-mail",
]
CNIL_SHEET = ["Description du traitement", "Nom / sigle", "N° / REF", "Date de création", "Mise à jour", "Acteurs",
              "Responsable du traitement", "Délégué à la protection des données", "Finalité(s) du traitement effectué",
              "Finalité principale", "Base légale", "Mesures de sécurité", "Mesures de sécurité techniques",
              "Mesures de sécurité organisationnelles", "Catégories de données personnelles concernées", "Description",
              "Délai d'effacement", "Etat civil, identité, données d'identification, images…",
              "Vie personnelle (habitudes de vie, situation familiale, ...)",
              "Vie professionnelle (CV, situation professionnelles, scolarité, formation, distinctions, diplômes, ...)",
              "Informations d'ordre économique et financier (revenus, situation financière, situation fiscale, "
              "données bancaires ...)",
              "Données de connexion (adress IP, logs, identifiants des terminaux, identifiants de connexion, "
              "informations d'horodatage ...)",
              "Données de localisation (déplacements, données GPS, GSM, ...)",
              "Internet (cookies, traceurs, données de navigation, mesures d'audience, …)",
              "Autres catégories de données (précisez) :", "Données sensibles",
              "Données révèlant l'origine raciale ou ethnique", "Données révèlant les opinions politiques",
              "Données révèlant les convictions religieuses ou philosophiques",
              "Données révèlant l'appartenance syndicale",
              "Données génétiques",
              "Données biométriques aux fins d'identifier une personne physique de manière unique",
              "Données concernant la santé", "Données concernant la vie sexuelle ou l'orientation sexuelle",
              "Données relatives à des condamnations pénales ou infractions",
              "Numéro d'identification national unique (NIR pour la France)", "Catégories de personnes concernées",
              "Catégorie 1", "Destinataires", "Type de destinataire",
              "Sous-traitants (Exemples : hébergeurs, prestataires et maintenance informatiques, ...)",
              "Transferts hors UE", "Destinataire", "Type de garanties", "Lien vers la documentation"]  # fmt: skip


@pytest.fixture
def built(register: Path, seen: Facts) -> Register:
    return build(register, seen).register


@pytest.fixture
def hostile(register: Path) -> Register:
    """A register with formulas and invisible characters in every name that others may choose."""
    words = ACTIVITY.replace("{fr: Gestion des clients, en: Customer management}", "{fr: '=1+1', en: '=1+1'}")
    words = words.replace("{fr: Hébergeur}", '{fr: "<script>alert(1)</script>"}')
    (register / "activities/clients.yaml").write_text(words, encoding="utf-8")
    names = [*FORMULAS, "a\x01\u202eb", "<img src=x onerror=y>"]
    run = a_run(*(finding(f"clients{name}", name, "contact", "EMAIL_ADDRESS") for name in names),
                finding("=1+1", "x", "contact", "EMAIL_ADDRESS"))  # fmt: skip
    text = (register / "activities/clients.yaml").read_text(encoding="utf-8").replace("clients*", "'*'")
    (register / "activities/clients.yaml").write_text(text, encoding="utf-8")
    return build(register, facts.of_run(run)).register


def cells_of_xlsx(content: bytes) -> dict[str, list[tuple[str, str]]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    return {
        sheet.title: [(cell.data_type, str(cell.value)) for row in sheet.iter_rows() for cell in row if cell.value]
        for sheet in book
    }


def cells_of_ods(content: bytes) -> dict[str, list[tuple[str, str]]]:
    from odf.opendocument import load
    from odf.table import Table, TableCell
    from odf.teletype import extractText

    document = load(io.BytesIO(content))
    return {
        table.getAttribute("name"): [
            ("f" if cell.getAttribute("formula") else "s", extractText(cell))
            for cell in table.getElementsByType(TableCell)
        ]
        for table in document.getElementsByType(Table)
    }


def test_a_spreadsheet_leaves_the_path_of_modules_as_it_was(built: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    """odfpy adds its own folder, whose ``math.py`` would be the ``math`` of every process started from this one."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "odf"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [folder for folder in sys.path if Path(folder).name != "odf"])
    before = list(sys.path)
    export(built, "ods")
    assert "odf.opendocument" in sys.modules and sys.path == before


READERS = {"xlsx": cells_of_xlsx, "ods": cells_of_ods}


@pytest.mark.parametrize("format", READERS)
def test_the_labels_are_those_of_the_model(built: Register, format: str) -> None:
    pages = READERS[format](export(built, format))
    assert list(pages) == ["Liste des traitements", "Gestion des clients"]
    texts = {name: [text for _, text in cells] for name, cells in pages.items()}
    assert set(CNIL_LIST) <= set(texts["Liste des traitements"])
    assert set(CNIL_SHEET) <= set(texts["Gestion des clients"])
    assert "3 ans après la collecte" in texts["Gestion des clients"]


def test_the_labels_are_those_of_the_facts(built: Register, shared: Path) -> None:
    template = yaml.safe_load((shared / "facts/law/register.yaml").read_text(encoding="utf-8"))["cnil_template"]
    texts = {text for cells in cells_of_xlsx(export(built, "xlsx")).values() for _, text in cells}
    blocks = {entry["block"]: entry for entry in template["activity_sheet"]["blocks"]}
    for name in ("Catégories de données personnelles concernées", "Données sensibles"):
        assert set(blocks[name]["rows"]) <= texts
    for title, columns in template["list_sheet"]["groups"].items():
        assert {title, *columns} <= texts
    for name, entry in blocks.items():
        assert {name, *entry.get("columns", [])} <= texts


@pytest.mark.parametrize("format", READERS)
def test_no_cell_is_a_formula(hostile: Register, format: str) -> None:
    pages = READERS[format](export(hostile, format))
    assert {kind for cells in pages.values() for kind, _ in cells} == {"s"}
    texts = [text for cells in pages.values() for _, text in cells]
    assert "=1+1" in texts  # the name as it is, and inert


def test_no_cell_of_a_csv_is_computed(hostile: Register) -> None:
    for language, delimiter in (("fr", ";"), ("en", ",")):
        text = export(hostile, "csv", language).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
        assert len({len(row) for row in rows}) == 1 and len(rows) == 2
        assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell]


def test_the_page_shows_names_and_runs_nothing(hostile: Register) -> None:
    page = export(hostile, "html").decode()
    assert "<script" not in page and "<img" not in page and "\u202e" not in page
    assert "&lt;script&gt;" in page and "\\u202e" in page
    assert "default-src 'none'" in page
    assert '<html lang="fr">' in page and '<html lang="en">' in export(hostile, "html", "en").decode()


def test_tabs_are_names_that_spreadsheets_take(register: Path) -> None:
    for id_, name in [("a", "Même nom"), ("b", "même nom"), ("c", "x" * 60), ("d", "a/b[c]:*?"), ("e", "''")]:
        folder.create(register / f"activities/{id_}.yaml", blank_text(id_, name))
    for format, read in READERS.items():
        tabs = list(read(export(folder.load(register), format)))
        assert len({tab.lower() for tab in tabs}) == 7 and all(0 < len(tab) <= 31 for tab in tabs), tabs


def test_unstated_stays_unstated(register: Path) -> None:
    (register / "activities/clients.yaml").write_text(blank_text("clients", "Clients"), encoding="utf-8")
    known = folder.load(register)
    texts = [text for _, text in cells_of_xlsx(export(known, "xlsx"))["Clients"]]
    assert texts.count("Non renseigné") >= 6
    graph = json.loads(export(known, "jsonld"))["dpv:hasRecordOfActivity"]
    assert not set(graph[0]) & {"dpv:hasPurpose", "dpv:hasLegalBasis", "dpv:hasRecipient", "dpv:hasThirdCountry"}


def used_terms(content: bytes) -> set[str]:
    """Returns the DPV terms of a document, by what rdflib reads."""
    from rdflib import Graph, URIRef

    graph = Graph().parse(data=content, format="json-ld")
    assert len(graph) > 20
    found = set()
    for part in (one for triple in graph for one in triple if isinstance(one, URIRef)):
        for prefix, space in dpv.NAMESPACES.items():
            if re.fullmatch(re.escape(space) + r"[^#/]+", part):
                found.add(f"{prefix}:{part.removeprefix(space)}")
    return found


def test_every_dpv_term_exists(built: Register, hostile: Register) -> None:
    used = used_terms(export(built, "jsonld"))
    assert {
        "dpv:ROPA",
        "dpv:hasDataController",
        "dpv:Customer",
        "dpv:Encryption",
        "eu-gdpr:A6-1-b",
        "pd:Contact",
    } <= used
    assert used <= dpv.terms()
    assert used_terms(export(hostile, "jsonld")) <= dpv.terms()


def test_a_term_that_does_not_exist_gives_way_to_the_general_one(register: Path, seen: Facts) -> None:
    path = register / "activities/clients.yaml"
    path.write_text(ACTIVITY.replace("dpv:CustomerManagement", "dpv:MadeUpPurpose"), encoding="utf-8")
    content = export(build(register, seen).register, "jsonld")
    assert b"MadeUpPurpose" not in content and b"Suivi des commandes" in content
    assert "dpv:Purpose" in used_terms(content)


def test_every_category_of_ours_has_terms_that_exist() -> None:
    from recense.policy import taxonomy
    from recense.policy.loading import example

    terms = {term for category in taxonomy().categories.values() for term in category.dpv}
    for policy in (example(), example("clinic")):
        parts = (*policy.purposes, *policy.subjects, *policy.recipients, *policy.security)
        terms |= {part.dpv for part in parts if part.dpv}
    assert terms <= dpv.terms()


@pytest.mark.parametrize("format", FORMATS)
def test_words_of_any_kind_are_exported(register: Path, seen: Facts, format: str) -> None:
    """Control characters, long texts and keys that are none, in the words of people and in a block that was edited."""
    path = register / "activities/clients.yaml"
    odd = '"\\x01\\u202e=1+1 ' + "x" * 3_900 + '"'
    path.write_text(
        ACTIVITY.replace("{fr: Hébergeur}", f"{{fr: {odd}}}").replace("essential.service", odd), encoding="utf-8"
    )
    build(register, seen)
    path.write_text(path.read_text(encoding="utf-8").replace("seen: '2026-01-31T", 'seen: "\\x01" #'), encoding="utf-8")
    content = export(folder.load(register), format)
    texts = str(READERS[format](content)) if format in READERS else content.decode()
    assert "=1+1 xxx" in texts and "\x01" not in texts
    assert "\u202e" not in texts or format in {"jsonld", "fideslang"}  # machines get names as they are


def test_an_unknown_format_is_named(built: Register) -> None:
    with pytest.raises(UserError, match="did you mean 'xlsx'"):
        export(built, "xls")


@pytest.fixture(scope="session")
def fideslang(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with fideslang."""
    place = tmp_path_factory.mktemp("fideslang") / "venv"
    done = subprocess.run(
        [str(TESTS / "fideslang_venv.sh"), str(place), sys.executable], capture_output=True, text=True, timeout=280
    )
    if done.returncode:
        message = f"fideslang could not be installed: {done.stderr[-300:]}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    return place / "bin/python"


LOAD = """
import sys, yaml
from fideslang.default_taxonomy import DEFAULT_TAXONOMY as known
from fideslang.models import Taxonomy
loaded = Taxonomy(**yaml.safe_load(sys.stdin.read()))
keys = {one.fides_key for kind in (known.data_category, known.data_use, known.data_subject) for one in kind}
used = set()
for system in loaded.system:
    for one in system.privacy_declarations:
        used |= {one.data_use, *one.data_categories, *one.data_subjects}
for dataset in loaded.dataset:
    for collection in dataset.collections:
        for field in collection.fields:
            used |= set(field.data_categories or [])
print(len(loaded.system), len(loaded.dataset), sorted(used - keys))
"""


def test_fideslang_loads_it(built: Register, hostile: Register, fideslang: Path) -> None:
    for register in (built, hostile):
        done = subprocess.run(
            [str(fideslang), "-c", LOAD], input=export(register, "fideslang"), capture_output=True, timeout=60
        )
        assert done.stdout.decode().strip() == "1 1 []", done.stderr.decode()[-1500:]


@pytest.fixture(scope="session")
def office() -> Path:
    """LibreOffice and poppler: as tests/system_parts.sh installs them."""
    if not (shutil.which("soffice") and shutil.which("pdftoppm")):
        message = "LibreOffice or poppler is missing: make system"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    return Path(str(shutil.which("soffice")))


@pytest.mark.parametrize("format", READERS)
def test_libreoffice_opens_it(built: Register, hostile: Register, office: Path, tmp_path: Path, format: str) -> None:
    for name, register in (("good", built), ("hostile", hostile)):
        (tmp_path / f"{name}.{format}").write_bytes(export(register, format))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [str(office), profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path),
         str(tmp_path / f"good.{format}"), str(tmp_path / f"hostile.{format}")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    texts = {}
    for name in ("good", "hostile"):
        text = subprocess.run(
            ["pdftotext", "-layout", f"{name}.pdf", "-"], cwd=tmp_path, check=True, capture_output=True
        )
        texts[name] = " ".join(text.stdout.decode().split())
    assert "Registre des activités de traitement" in texts["good"] and "Boutique Exemple" in texts["good"]
    assert "Fiche de registre : Gestion des clients" in texts["good"]
    assert "=1+1" in texts["hostile"]  # as text: computed, it would read 2
    subprocess.run(["pdftoppm", "-png", "-r", "50", "-f", "1", "-l", "1", "good.pdf", "page"], cwd=tmp_path, check=True)
    assert next(tmp_path.glob("page*.png")).stat().st_size > 5_000
