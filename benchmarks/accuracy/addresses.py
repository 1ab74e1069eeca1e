"""French postal addresses of our own: sentences and cells made from templates and seeds, with traps, and their scores.

Usage: ``python -m benchmarks.accuracy.addresses [--seed N] [--errors]``

Every text is synthetic: streets, numbers and towns are drawn apart from each other. Half of the texts hold one address
with known ends; the others hold what looks like one (a shop named after a street, a date, a reference, a verb, an
amount). A found span counts as right when it overlaps the address, as exact when its ends are the address's own.
The rules were written by the author of the templates: use another seed to see other draws, another set for a score.
"""

from __future__ import annotations

import argparse
import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from recense.scanners.places import find_addresses

COUNT = 240
"""Texts with an address, and as many traps."""
SEED = 20260
"""The seed whose score has a floor in the tests."""

_WAYS = (
    "rue", "avenue", "boulevard", "place", "chemin", "allée", "impasse", "route", "quai", "square", "passage", "cours",
    "sentier", "ruelle", "esplanade", "promenade", "faubourg", "montée", "traverse", "venelle", "villa", "rond-point",
)  # fmt: skip
_SHORT = ("av.", "av", "bd", "bd.", "bld", "pl.", "ch.", "che", "imp.", "all.", "rte", "rte de", "sq.", "r.", "fbg")
_NAMES = (
    "Victor Hugo", "de la République", "des Lilas", "du Général de Gaulle", "Jean Jaurès", "de l'Église", "Pasteur",
    "du 8 mai 1945", "du 11 Novembre", "de Verdun", "des Frères Lumière", "Marie Curie", "de la Gare", "du Moulin",
    "Saint-Martin", "Notre-Dame", "de la Croix Rouge", "d'Alsace", "des Trois Fontaines", "Émile Zola", "du Château",
    "Léon Blum", "Aristide Briand", "du Pré aux Clercs", "de la Vieille Poste", "des Écoles", "Henri IV", "Louis XIV",
    "du Docteur Roux", "de l'Abbé Grégoire", "Sainte-Catherine", "du Puits", "de Lattre de Tassigny", "Simone Veil",
)  # fmt: skip
_TOWNS = (
    ("75011", "Paris"), ("69003", "Lyon"), ("13006", "Marseille"), ("31000", "Toulouse"), ("44000", "Nantes"),
    ("67000", "Strasbourg"), ("33000", "Bordeaux"), ("59000", "Lille"), ("35000", "Rennes"), ("29200", "Brest"),
    ("38000", "Grenoble"), ("21000", "Dijon"), ("49000", "Angers"), ("30000", "Nîmes"), ("63000", "Clermont-Ferrand"),
    ("93200", "Saint-Denis"), ("94130", "Nogent-sur-Marne"), ("56100", "Lorient"), ("06400", "Cannes"),
    ("01000", "Bourg-en-Bresse"), ("62200", "Boulogne-sur-Mer"), ("47300", "Villeneuve-sur-Lot"),
    ("97400", "Saint-Denis"),    ("84000", "Avignon"), ("50100", "Cherbourg-en-Cotentin"), ("77000", "Melun"),
)  # fmt: skip
_FIRMS = ("Boulangerie", "Librairie", "Pharmacie", "Hôtel", "Restaurant", "Le café", "Cave", "Garage", "Agence")


@dataclass(frozen=True, slots=True)
class Text:
    """A text, the kind of its template, and where its address stands (None in a trap)."""

    text: str
    kind: str
    span: tuple[int, int] | None


def _number(draw: random.Random) -> str:
    suffix = draw.choice(("", "", "", "", " bis", " ter", "bis", "B", " A"))
    return f"{draw.choice((draw.randint(1, 30), draw.randint(1, 300)))}{suffix}"


def _street(draw: random.Random) -> str:
    way = draw.choice(_WAYS) if draw.random() < 0.7 else draw.choice(_SHORT)
    name = draw.choice(_NAMES)
    if way == "rte de":
        name = draw.choice(("Paris", "Lyon", "Vannes", "Saint-Loup"))
    return f"{_number(draw)}{draw.choice((' ', ' ', ', '))}{way} {name}"


def _town(draw: random.Random) -> str:
    code, name = draw.choice(_TOWNS)
    return f"{code} {draw.choice((name, name.upper()))}"


def plain(text: str) -> str:
    """Returns a text in capitals without accents, as mail sorting and old systems write it; no longer, no shorter."""
    return "".join(unicodedata.normalize("NFD", char)[0] for char in text).upper()


def _line(draw: random.Random) -> str:
    return f"{_street(draw)}{draw.choice((', ', ' ', ' - ', chr(10)))}{_town(draw)}"


def _inside(draw: random.Random) -> str:
    part = draw.choice(
        ("Résidence Les Tilleuls", "Bât. C", "Appt 12", "résidence du Parc, bât B", "Immeuble Le Sirius", "Escalier 2")
    )
    return f"{part}{draw.choice((', ', ' - ', chr(10)))}{_line(draw)}"


def _box(draw: random.Random) -> str:
    code, name = draw.choice(_TOWNS)
    box = draw.choice(
        (f"BP {draw.randint(10, 999)}", f"CS {draw.randint(10000, 99999)}", f"B.P. {draw.randint(10, 99)}")
    )
    return f"{box}{draw.choice((' ', ', ', ' - ', chr(10)))}{code} {name.upper()} CEDEX{draw.choice(('', ' 9', ' 02'))}"


def _hamlet(draw: random.Random) -> str:
    place = draw.choice(("La Grande Métairie", "Kerguélen", "Le Bois Joli", "Les Quatre Vents", "Pen ar Menez"))
    return f"{draw.choice(('lieu-dit', 'Lieu dit', 'Lieudit'))} {place}{draw.choice((', ', ' ', chr(10)))}{_town(draw)}"


def _zone(draw: random.Random) -> str:
    zone = draw.choice(
        ("ZA des Peupliers", "ZI Nord", "Zone industrielle de la Plaine", "ZAC du Port", "Parc d'activités du Lac")
    )
    return f"{zone}{draw.choice((', ', ' - ', chr(10)))}{_town(draw)}"


_FORMS: tuple[tuple[str, Callable[[random.Random], str]], ...] = (
    ("whole", _line),
    ("capitals", lambda draw: plain(_line(draw))),
    ("lower", lambda draw: _line(draw).lower()),
    ("street", _street),
    ("inside", _inside),
    ("box", _box),
    ("hamlet", _hamlet),
    ("zone", _zone),
    ("capitals inside", lambda draw: plain(_inside(draw))),
    ("town", _town),
)
_FRAMES = (
    "{}", "{}", "Adresse : {}", "Livrer au {} avant midi.", "Le client habite {} depuis 2019.", "a déménagé : {}",
    "Intervention prévue ({}), prévoir l'échelle", "MARTIN Paul;{};06 12 34 56 78", "M. Paul Martin\n{}\nFrance",
    "courrier revenu, nouvelle adresse {}", "Siège social : {} ; RCS 552 008 443", "rdv mardi 14h au {}",
    "C12|{}|actif", "Facturation : {}. Livraison identique.",
)  # fmt: skip


def _traps(draw: random.Random) -> Iterator[tuple[str, str]]:
    """Yields kind and text of one draw of every trap."""
    way, name, number = draw.choice(_WAYS[:8]), draw.choice(_NAMES), draw.randint(2, 200)
    town, firm, year = draw.choice(_TOWNS)[1], draw.choice(_FIRMS), draw.randint(1980, 2026)
    month = draw.choice(("janvier", "mars", "juin", "octobre"))
    yield "shop", f"{firm} {way} {name}, très bon accueil"
    yield "bare street", f"La {way} {name} sera fermée à la circulation."
    yield "half", f"{number} {draw.choice(('rue', 'avenue', 'chemin', 'boulevard'))}"
    yield "date", f"Réunion du {draw.randint(1, 28)} {month} {year} à {town}"
    yield "reference", f"dossier {number}-{draw.randint(1000, 9999)} transmis à {town}"
    yield "verb", f"Il place {number} colis sur le quai"
    yield (
        "seats",
        f"encore {number} {draw.choice(('places libres', 'cours de maths', 'lots à vendre', 'portes coupe-feu'))}",
    )
    yield "amount", f"montant {number} {draw.randint(100, 999)} euros, {town}"
    yield "ref and town", f"commande n° {draw.randint(100, 9999)} expédiée de {town}"
    yield "rank", f"{number} passages par jour sur la route"
    yield "length", f"{number} km de route entre {town} et la mer"
    yield "version", f"version {draw.randint(1, 9)}.{draw.randint(0, 20)} de la place de marché"
    yield "score", f"{town} bat {draw.choice(_TOWNS)[1]} {draw.randint(20, 60)} à {draw.randint(2, 19)}, cours du soir"
    yield "road", f"accident sur l'A{draw.randint(1, 89)} direction {town}, bouchon de {number} minutes"
    yield "quantity", f"{draw.randint(1, 9)} escaliers et {number} mètres de clôture"
    yield "time", f"ouvert de {draw.randint(7, 9)}h à {draw.randint(17, 19)}h, {way} piétonne"


def texts(seed: int = SEED, count: int = COUNT) -> list[Text]:
    """Returns ``count`` texts with an address and ``count`` traps, in a mixed order that the seed decides."""
    draw = random.Random(seed)
    made = []
    for turn in range(count):
        kind, form = _FORMS[turn % len(_FORMS)]
        address = form(draw)
        frame = draw.choice(_FRAMES[:2] if kind == "town" else _FRAMES)
        if kind.startswith("capitals"):
            frame = plain(frame)
        start = frame.index("{}")
        made.append(Text(frame.replace("{}", address), kind, (start, start + len(address))))
    traps: list[Text] = []
    while len(traps) < count:
        traps += [Text(text, f"trap: {kind}", None) for kind, text in _traps(draw)]
    made += traps[:count]
    draw.shuffle(made)
    return made


@dataclass
class Score:
    """Counts of one run: spans right, of those exact, wrong; addresses missed."""

    right: int = 0
    exact: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Returns the share of found spans that are right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Returns the share of addresses that are found."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Returns the harmonic mean of both."""
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def score(made: list[Text]) -> tuple[Score, Counter[str], list[str]]:
    """Returns the counts, the errors by kind, and the texts (synthetic) that were judged wrongly."""
    total, kinds, errors = Score(), Counter[str](), []
    for item in made:
        found = [place[:2] for place in find_addresses(item.text)]
        span = item.span
        hits = [place for place in found if span and place[0] < span[1] and span[0] < place[1]]
        total.wrong += len(found) - len(hits)
        if span:
            total.right += bool(hits)
            total.missed += not hits
            total.exact += span in found
        if len(found) > len(hits) or (span and span not in found):
            kinds[item.kind + ("" if not span else ", missed" if not hits else ", ends")] += 1
            shown = "; ".join(item.text[start:end] for start, end in found)
            errors.append(f"{item.kind}: {item.text!r} -> {shown!r}")
    return total, kinds, errors


def main() -> None:
    """Reads the arguments and prints a Markdown table: all, and both halves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--errors", action="store_true", help="list the texts judged wrongly, of the first half")
    arguments = parser.parse_args()
    made = texts(arguments.seed)
    print("| texts | addresses | precision | recall | F1 | exact |\n|---|---|---|---|---|---|")
    for name, part in (("all", made), ("first half", made[::2]), ("second half", made[1::2])):
        total, _, _ = score(part)
        count = total.right + total.missed
        print(
            f"| {name} | {count} | {total.precision:.3f} | {total.recall:.3f} | {total.f1:.3f} "
            f"| {total.exact / max(1, count):.3f} |"
        )
    if arguments.errors:
        _, kinds, errors = score(made[::2])
        print(*(f"{count:4} {kind}" for kind, count in kinds.most_common()), *errors, sep="\n")


if __name__ == "__main__":
    main()
