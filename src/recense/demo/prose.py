"""French sentences of a fire-safety group: ordinary ones, problems to find, and traps that only sound like problems.

Every sentence is made up. ``{p}`` is a person with civility (``Mme Durand``), ``{e}`` the ending that agrees with them,
``{s}`` a site, ``{mail}`` and ``{tel}`` the person's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recense.demo.identifiers import spaced
from recense.demo.world import Person, Row

ORDINARY = (
    "Appel de {p} : devis accepté, commande attendue sous huit jours.",
    "{p} souhaite décaler la visite annuelle au mois prochain, voir avec le planning.",
    "Rendez-vous fixé avec {p} sur le site {s} pour la levée des réserves.",
    "Relance faite auprès de {p}, le bon de commande est à la signature.",
    "{p} demande une offre pour le remplacement de la centrale incendie.",
    "Réunion de chantier sur le site {s}, {p} a validé le plan de zonage.",
    "{p} n'a pas reçu le rapport de vérification, le renvoyer cette semaine.",
    "Compte rendu transmis à {p} après la mise en service du désenfumage.",
    "Échange cordial avec {p}, qui attend notre proposition pour les extincteurs.",
)
"""Notes that name somebody and say nothing else about them."""

EXPECTING = "{p} est enceinte, congé maternité à partir de septembre, prévoir un autre interlocuteur."
"""Said of women only."""

HEALTH = (
    "{p} est en arrêt maladie jusqu'à la fin du mois, voir avec sa collègue.",
    "Ne pas faire monter {p} à l'échelle : opération du genou récente et traitement en cours.",
    EXPECTING,
    "{p} a été hospitalisé{e} après un infarctus, reprise prévue à mi-temps thérapeutique.",
    "Prévoir une collation : {p} est diabétique et doit faire une injection d'insuline à midi.",
    "{p} suit une chimiothérapie, éviter les rendez-vous le jeudi.",
)
TRADE_UNION = (
    "{p} est délégué{e} syndical{e} CGT, en heures de délégation mardi.",
    "Réunion déplacée : {p}, élu{e} CFDT, siège à son congrès syndical.",
    "{p} est syndiqué{e} à Force ouvrière et a fait grève lors du dernier chantier.",
)
RELIGION = (
    "{p} est de confession musulmane et pratique : pas de visite pendant le ramadan.",
    "Pour le déjeuner, {p} est de confession juive et mange casher.",
    "{p} est catholique et pratiquant{e}, ne jamais l'appeler le dimanche.",
    "{p} est témoin de Jéhovah, ne pas envoyer de vœux de fin d'année.",
)
CRIMINAL = (
    "Attention, {p} a été condamné{e} pour escroquerie, casier judiciaire non vierge.",
    "{p} a été condamné{e} à six mois de prison avec sursis pour abus de confiance.",
)
REACHED = (
    "{p} préfère être joint en privé : {mail}.",
    "Envoyer le rapport à {mail}, {p} n'a plus accès à sa messagerie.",
)
CALLED = (
    "Rappeler {p} au {tel} avant midi.",
    "Nouveau numéro de {p} : {tel}.",
)

TECHNICAL = (
    "Porte coupe-feu du deuxième étage condamnée, ferme-porte à remplacer.",
    "Liaison FO entre le poste de sécurité et la centrale contrôlée, atténuation conforme.",
    "Enceinte acoustique du hall muette, ligne de diffusion en défaut.",
    "Essai d'évacuation : sortie du bâtiment en moins de quatre minutes, point de rassemblement atteint.",
    "Boucle 3 : détecteur encrassé, adresse 47, nettoyage effectué.",
    "Batteries de la centrale en fin de vie, tension 21,4 V sous charge.",
    "Déclencheur manuel actionné par malveillance, vitre remplacée.",
    "Issue de secours encombrée par des palettes, remarque déjà faite au dernier passage.",
    "Extraction de désenfumage en panne, moteur grillé, arrêt technique jusqu'à réparation.",
    "Sirène de l'atelier gênée par la machine, diffuseur supplémentaire conseillé.",
    "Couple de serrage du bornier vérifié, isolement de la boucle rétabli.",
    "Opération de maintenance reportée, accès au local impossible.",
    "ERP de type U, quatrième catégorie, système de sécurité incendie de catégorie A.",
    "Parquet du gymnase protégé avant l'intervention, aucun dégât.",
    "Détecteur D01 remplacé en salle M12, zone A04 remise en service.",
    "Origine du déclenchement : vapeur de douche, détecteur à déplacer.",
    "Le syndic a validé le remplacement du bloc d'alimentation.",
    "Armoire sous-station : clé de la baie récupérée, serrure à gâche électrique changée.",
)
"""Remarks about equipment; words such as condamnée, FO, enceinte, malveillance or syndic are on purpose."""


def title(person: Person) -> str:
    """Returns civility and surname, as notes name people."""
    return f"{person.civility} {person.last}"


def say(row: Row, sentences: Sequence[str]) -> str:
    """Returns one of the sentences about the row's person."""
    who = row.person
    fitting = [sentence for sentence in sentences if who.female or sentence is not EXPECTING]
    return str(row.pick(*fitting)).format(
        p=title(who), e="e" if who.female else "", s=row.site.name, mail=who.private_email, tel=spaced(who.landline)
    )


def note(row: Row, planted: Mapping[tuple[str, ...], float]) -> str:
    """Returns a note: an ordinary sentence, followed in the given shares of the rows by a planted one."""
    text = say(row, ORDINARY)
    drawn = row.rng.random()
    for sentences, share in planted.items():
        if drawn < share:
            return f"{text} {say(row, sentences)}"
        drawn -= share
    return text if row.chance(0.6) else f"{text} {say(row, TECHNICAL)}"
