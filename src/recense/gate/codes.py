"""The rules of the gate: a code for every thing it says, with help in French and English.

``PD0xx`` speak of the approvals file, ``PD1xx`` of personal data, ``PD2xx`` of values in fixtures, ``PD9xx`` of
special categories (Article 9 of the GDPR) and offences (Article 10). A code, once released, keeps its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One code.

    Attributes:
        code: ``PD103``. category: of the taxonomy; None when it speaks of something else than a field's category.
        title, why, fix: per language (``fr``, ``en``).
    """

    code: str
    category: str | None
    title: Text
    why: Text
    fix: Text


_MINIMAL: Text = {
    "en": "personal data: name its purpose and its activity in the register, or do without it (Article 5(1)(c) GDPR)",
    "fr": "donnée personnelle : dire sa finalité et son traitement au registre, ou s'en passer (article 5(1)(c) du RGPD)",
}
_SPECIAL: Text = {
    "en": "GDPR Article 9 forbids processing it unless an exception of Article 9(2) applies",
    "fr": "l'article 9 du RGPD en interdit le traitement, sauf exception de l'article 9(2)",
}
_DROP: Text = {
    "en": "drop the column, or have it approved with its activity in the register",
    "fr": "supprimer la colonne, ou la faire approuver avec son traitement au registre",
}


def _personal(code: str, category: str, en: str, fr: str, fix: Text = _DROP, why: Text = _MINIMAL) -> Rule:
    return Rule(code, category, {"en": en, "fr": fr}, why, fix)


def _special(code: str, kind: str, en: str, fr: str, fix_en: str, fix_fr: str) -> Rule:
    why = {"en": f"reveals {en}: {_SPECIAL['en']}", "fr": f"révèle {fr} : {_SPECIAL['fr']}"}
    title = {"en": f"special-category data: {en}", "fr": f"catégorie particulière : {fr}"}
    return Rule(code, f"special.{kind}", title, why, {"en": fix_en, "fr": fix_fr})


def _file(code: str, en: str, fr: str, why_en: str, why_fr: str, fix_en: str, fix_fr: str) -> Rule:
    title, why, fix = {"en": en, "fr": fr}, {"en": why_en, "fr": why_fr}, {"en": fix_en, "fr": fix_fr}
    return Rule(code, None, title, why, fix)


_ALL = (
    _file(
        "PD001", "stale approval", "approbation sans objet",
        "its field is not in the repository any more: an approval left behind could cover something else later",
        "son champ n'est plus dans le dépôt : une approbation oubliée pourrait en couvrir un autre plus tard",
        "recense approvals prune", "recense approvals prune",
    ),
    _file(
        "PD002", "duplicate approval id", "identifiant d'approbation en double",
        "two approvals share an id, as after a merge: decisions that cite it are ambiguous",
        "deux approbations portent le même identifiant, comme après une fusion : ce qui le cite devient ambigu",
        "give one of them another id", "donner un autre identifiant à l'une d'elles",
    ),
    _file(
        "PD003", "values left unseen", "valeurs non lues",
        "a data file was too large to read to its end: values further down were not looked at",
        "un fichier de données est trop long pour être lu jusqu'au bout : la suite n'a pas été regardée",
        "cut the fixture down, or scan it: recense scan FILE", "réduire le fichier, ou l'analyser : recense scan FICHIER",
    ),
    _personal("PD101", "government_id", "government identifier", "identifiant officiel", {
        "en": "store a number of your own instead; the NIR is allowed only in the cases of decree 2019-341",
        "fr": "employer un numéro interne ; le NIR n'est permis que dans les cas du décret 2019-341",
    }, {
        "en": "a national identifier is regulated on its own: GDPR Article 87 and, for the NIR, decree 2019-341",
        "fr": "un identifiant national a son propre régime : article 87 du RGPD et, pour le NIR, décret 2019-341",
    }),
    _personal("PD102", "identification", "identification", "identification"),
    _personal("PD103", "contact", "contact details", "coordonnées"),
    _personal("PD104", "banking", "banking data", "données bancaires", {
        "en": "leave it with the payment provider and keep its token, or have it approved",
        "fr": "la laisser au prestataire de paiement et garder son jeton, ou la faire approuver",
    }),
    _personal("PD105", "technical_identification", "technical identification", "identification technique", {
        "en": "truncate it or do without, or have it approved with a retention period",
        "fr": "la tronquer ou s'en passer, ou la faire approuver avec une durée de conservation",
    }),
    _personal("PD106", "connection_log", "connection log", "journal de connexion"),
    _personal("PD107", "location", "location of a person", "géolocalisation d'une personne"),
    _personal("PD108", "photo", "photograph of a person", "photographie d'une personne"),
    _personal("PD109", "professional_life", "professional life", "vie professionnelle"),
    _personal("PD110", "lifestyle", "personal life", "vie personnelle"),
    _personal("PD111", "consent", "consent", "consentement"),
    _personal("PD112", "credential", "credential", "secret d'authentification", {
        "en": "store a salted hash, or keep it in a vault, and have it approved",
        "fr": "n'en garder qu'une empreinte salée, ou l'enfermer dans un coffre, et la faire approuver",
    }, {
        "en": "a secret that opens accounts of people: Article 32 GDPR asks for its protection",
        "fr": "un secret qui ouvre des comptes de personnes : l'article 32 du RGPD en exige la protection",
    }),
    _personal("PD199", "", "personal data", "donnée personnelle"),
    _file(
        "PD201", "real-looking values in a fixture", "valeurs vraisemblables dans un jeu d'essai",
        "values that pass check digits or use real domains are people's data until proven otherwise, and git keeps "
        "them for ever", "des valeurs aux clés justes ou de vrais domaines sont des données de personnes jusqu'à "
        "preuve du contraire, et git les garde pour toujours",
        "generate the values (example.org, numbers reserved for fiction), then clean the history if they were real",
        "générer les valeurs (example.org, numéros réservés à la fiction), et nettoyer l'historique si elles sont vraies",
    ),
    _special("PD901", "religion", "religious or philosophical beliefs", "les convictions religieuses ou philosophiques",
             "drop the column, or store a neutral fact instead (e.g. menu_choice)",
             "supprimer la colonne, ou garder un fait neutre (par ex. choix_menu)"),
    _special("PD902", "health", "health", "la santé",
             "drop the column, or store the need instead of its cause (e.g. seat_near_exit)",
             "supprimer la colonne, ou garder le besoin et non sa cause (par ex. place_pres_sortie)"),
    _special("PD903", "trade_union", "trade-union membership", "l'appartenance syndicale",
             "drop the column, or store a fact that does not name the union",
             "supprimer la colonne, ou garder un fait qui ne nomme pas le syndicat"),
    _special("PD904", "ethnicity", "racial or ethnic origin", "l'origine raciale ou ethnique",
             "drop the column; in France even statistics need Article 9(2) and a decision of the CNIL or a law",
             "supprimer la colonne ; même pour des statistiques, il faut une exception de l'article 9(2)"),
    _special("PD905", "sex", "sex life or sexual orientation", "la vie ou l'orientation sexuelle",
             "drop the column", "supprimer la colonne"),
    _special("PD906", "politics", "political opinions", "les opinions politiques",
             "drop the column", "supprimer la colonne"),
    _special("PD907", "biometric", "biometric data that identify", "des données biométriques",
             "use a badge or a passkey; keep templates on the person's own device",
             "employer un badge ou une clé d'accès ; garder les gabarits sur l'appareil de la personne"),
    _special("PD908", "genetic", "genetic data", "des données génétiques",
             "drop the column", "supprimer la colonne"),
    Rule("PD910", "criminal", {"en": "offences and convictions", "fr": "infractions et condamnations"}, {
        "en": "GDPR Article 10 leaves offences and convictions to authorities and to cases that the law names",
        "fr": "l'article 10 du RGPD réserve infractions et condamnations aux autorités et aux cas prévus par la loi",
    }, {
        "en": "drop the column, or store the decision that follows from it (e.g. access_granted)",
        "fr": "supprimer la colonne, ou garder la décision qui en découle (par ex. acces_accorde)",
    }),
)  # fmt: skip

RULES: Mapping[str, Rule] = {rule.code: rule for rule in _ALL}
_BY_CATEGORY = {rule.category: rule.code for rule in _ALL if rule.category}


def code_of(category: str) -> str:
    """Returns the code of a category; ``PD199`` for one that a plug-in or a newer taxonomy adds.

    >>> code_of("special.religion"), code_of("contact"), code_of("special.unheard_of")
    ('PD901', 'PD103', 'PD199')
    """
    return _BY_CATEGORY.get(category, "PD199")
