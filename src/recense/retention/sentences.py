"""Why a verdict is what it is, as sentences in English and French. They hold names of columns, rules and counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recense.plural import agreed


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence by its key, with what is filled in."""

    key: str
    values: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, key: str, **values: Any) -> Note:
        """Returns the note of a key; a key that has no sentence is a defect."""
        return cls(key, tuple(values.items()))

    def say(self, language: str = "en") -> str:
        """Returns the sentence in ``en`` or ``fr``."""
        return agreed(SENTENCES[self.key][0 if language == "en" else 1], dict(self.values), language)


SENTENCES: dict[str, tuple[str, str]] = {
    "start_direct": (
        "'{column}' is direct evidence of {event}",
        "« {column} » est une preuve directe de l'événement {event}",
    ),
    "start_declared": (
        "recense.yaml says that '{column}' holds the date of {event}",
        "recense.yaml dit que « {column} » porte la date de l'événement {event}",
    ),
    "start_birth": (
        "'{column}' is only the row's birth in this store: after a migration it is too young and hides overdue rows",
        "« {column} » n'est que la naissance de la ligne dans cette base : après une migration elle est trop récente "
        "et cache des lignes échues",
    ),
    "start_proxy": (
        "'{column}' only comes near {event}",
        "« {column} » n'est qu'un indice de l'événement {event}",
    ),
    "start_other": (
        "'{column}' is the date of another event than {event}",
        "« {column} » est la date d'un autre événement que {event}",
    ),
    "start_unknown": (
        "'{column}' is a date, and its name says nothing of {event}; say what it is under 'start'",
        "« {column} » est une date dont le nom ne dit rien de l'événement {event} ; dites-le sous « start »",
    ),
    "start_only_never": (
        "no column says when {event} was: those that look like it say nothing of it",
        "aucune colonne ne dit quand a eu lieu l'événement {event} : celles qui y ressemblent n'en disent rien",
    ),
    "start_none": ("no column says when {event} was", "aucune colonne ne dit quand a eu lieu l'événement {event}"),
    "start_never": (
        "'{column}' says nothing of {event}; name another column under 'start'",
        "« {column} » ne dit rien de l'événement {event} ; nommez une autre colonne sous « start »",
    ),
    "general": (
        "no binding in recense.yaml: the general rule {rule} and the best start column found",
        "aucune règle liée dans recense.yaml : la règle générale {rule} et la meilleure colonne de départ trouvée",
    ),
    "no_rule": (
        "the policy has no rule for it: a gap",
        "la politique n'a aucune règle pour ces données : une lacune",
    ),
    "fiscal": (
        "counted from the end of the financial year ({end})",
        "compté depuis la clôture de l'exercice ({end})",
    ),
    "rule_left_out": (
        "rule {rule} is left out: no column tells its condition '{field}'; name one under 'where'",
        "la règle {rule} est laissée de côté : aucune colonne ne dit sa condition « {field} » ; nommez-en une sous "
        "« where »",
    ),
    "floor_left_out": (
        "the legal minimum {rule} may protect rows: no column tells its condition '{field}'",
        "le minimum légal {rule} protège peut-être des lignes : aucune colonne ne dit sa condition « {field} »",
    ),
    "floor_asks": (
        "the legal minimum {rule} is taken to apply ({field} is for a person to say)",
        "le minimum légal {rule} est présumé applicable ({field} : à une personne de le dire)",
    ),
    "archive_without_rule": (
        "no rule of the intermediate archive is bound, so a row past the active period is overdue there too",
        "aucune règle d'archivage intermédiaire n'est liée : une ligne au-delà de la durée active y est échue aussi",
    ),
    "zone_by_name": (
        "taken for {zone} by its name; say otherwise under 'zone'",
        "tenu pour {zone} d'après son nom ; dites autre chose sous « zone »",
    ),
    "archive_by_column": (
        "rows that '{column}' calls archived are counted as intermediate archive",
        "les lignes que « {column} » dit archivées comptent comme archivage intermédiaire",
    ),
    "hold_by_column": (
        "'{column}' is taken to say that a row is under a hold",
        "« {column} » est tenue pour dire qu'une ligne est gelée",
    ),
    "backup": (
        "deletion in backups cannot be proved from data",
        "l'effacement dans les sauvegardes ne se prouve pas par les données",
    ),
    "anonymised_personal": (
        "called anonymised, and the scan found personal data in {columns}",
        "dit anonymisé, et l'analyse a trouvé des données personnelles dans {columns}",
    ),
    "anonymised_clean": (
        "called anonymised, and the detectors found nothing personal; that does not prove anonymity",
        "dit anonymisé, et les détecteurs n'ont rien trouvé de personnel ; cela ne prouve pas l'anonymat",
    ),
    "overdue": (
        "{n} {n:row is|rows are} past {rule} ({period}), {n:by|the oldest by} {days} {days:day|days}",
        "{n} {n:ligne a|lignes ont} dépassé {rule} ({period}), {n:de|la plus ancienne de} {days} {days:jour|jours}",
    ),
    "at_least": (
        "at least these: a proxy that is too young hides others",
        "au moins celles-ci : un indice trop récent en cache d'autres",
    ),
    "held": (
        "{n} {n:row past its period is|rows past their period are} under a hold",
        "{n} {n:ligne échue est gelée|lignes échues sont gelées}",
    ),
    "unnamed_hold": (
        "{n} held {n:row has|rows have} no hold number: nothing says which matter {n:it is|they are} kept for",
        "{n} {n:ligne gelée n'a|lignes gelées n'ont} pas de numéro de gel : rien ne dit pour quel dossier "
        "{n:elle est gardée|elles sont gardées}",
    ),
    "floor": (
        "{n} {n:row is|rows are} past the policy's period and within a legal minimum ({floors}): "
        "a person has to choose",
        "{n} {n:ligne a|lignes ont} dépassé la durée de la politique et {n:reste|restent} sous un minimum légal "
        "({floors}) : à une personne de choisir",
    ),
    "missing": (
        "{n} {n:row has|rows have} no start date",
        "{n} {n:ligne n'a|lignes n'ont} pas de date de départ",
    ),
    "invalid": (
        "{n} {n:row has|rows have} no valid start date ({sentinels} of them a placeholder)",
        "{n} {n:ligne n'a|lignes n'ont} pas de date de départ valable (dont {sentinels} "
        "{sentinels:valeur|valeurs} de remplissage)",
    ),
    "future": (
        "{n} {n:row starts|rows start} in the future",
        "{n} {n:ligne commence|lignes commencent} dans l'avenir",
    ),
    "proxy": (
        "{n} {n:row has only a proxy for its|rows have only a proxy for their} start: "
        "absence of evidence is not compliance",
        "{n} {n:ligne n'a qu'un indice de son|lignes n'ont qu'un indice de leur} départ : "
        "l'absence de preuve n'est pas la conformité",
    ),
    "spike": (
        "{n} {n:row|rows} ({share}) {n:starts|start} on one and the same day: a migration rather than so many events?",
        "{n} {n:ligne|lignes} ({share}) {n:commence|commencent} le même jour : "
        "une migration plutôt qu'autant d'événements ?",
    ),
    "order": (
        "in {n} {n:row|rows} '{second}' lies before '{first}'",
        "dans {n} {n:ligne|lignes} « {second} » précède « {first} »",
    ),
    "deleted": (
        "{n} {n:row|rows} marked as deleted by '{column}' still {n:holds|hold} personal data",
        "{n} {n:ligne marquée supprimée|lignes marquées supprimées} par « {column} » "
        "{n:contient|contiennent} encore des données personnelles",
    ),
    "anonymised": (
        "{n} {n:row|rows} marked as anonymised by '{column}' still {n:holds|hold} personal data",
        "{n} {n:ligne marquée anonymisée|lignes marquées anonymisées} par « {column} » "
        "{n:contient|contiennent} encore des données personnelles",
    ),
    "report_only": (
        "rule {rule} is for report only: nobody is told to delete on its word",
        "la règle {rule} ne vaut que pour information : elle n'ordonne aucun effacement",
    ),
    "unreadable": ("not counted: {reason}", "non compté : {reason}"),
    "empty": ("it has no rows", "aucune ligne"),
    "compliant": (
        "every start is direct evidence and no row is past {rule} ({period})",
        "chaque départ est prouvé directement et aucune ligne n'a dépassé {rule} ({period})",
    ),
}
