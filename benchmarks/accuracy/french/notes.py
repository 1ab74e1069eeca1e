"""Notes with labelled spans: what people write about people, and what only looks like it.

A template holds places for data: ``{who}`` a person's name, ``{first}``, ``{other}`` somebody else, ``{tel}``,
``{mail}``, ``{iban}``, ``{card}``, ``{ip}``, ``{address}``. Everything else in it is no contact data and no name. What a
note asserts of Articles 9 and 10 stands beside it; ``-`` says that it speaks of the subject and asserts nothing: a denial,
a supposition, a rule, a thing, or somebody who is no person.
"""

# ruff: noqa: E501 - data, one entry beside the other
from __future__ import annotations

import re
from random import Random

from benchmarks.accuracy.french.people import Person, grouped, ip, luhn, name, person, phone, plain

LABELS = {
    "who": "PERSON", "other": "PERSON", "first": "PERSON", "lower": "PERSON", "tel": "PHONE", "mail": "EMAIL",
    "iban": "IBAN", "card": "CREDIT_CARD", "ip": "IP", "address": "ADDRESS",
}  # fmt: skip
ENTITIES = {
    "PERSON": "PERSON", "PHONE": "PHONE_NUMBER", "EMAIL": "EMAIL_ADDRESS", "IBAN": "IBAN_CODE",
    "CREDIT_CARD": "CREDIT_CARD", "IP": "IP_ADDRESS", "ADDRESS": "ADDRESS",
}  # fmt: skip

FRENCH = (
    "Rappeler {who} au {tel} avant midi.", "{who} souhaite recevoir le devis à {mail}.",
    "Livraison chez {who}, {address}.", "RDV avec {who} et {other} mardi à 10h, prévenir au {tel}",
    "bonjour, pouvez-vous me joindre au {tel} ? cordialement, {who}", "Virement à faire sur le compte {iban} au nom de {who}.",
    "Client mécontent : {who}, a laissé son 06 ({tel}).", "Paiement refusé, carte {card} expirée.",
    "Connexion suspecte depuis {ip} sur le compte de {mail}.", "vu avec {lower}, ok pour vendredi",
    "{who} a déménagé, nouvelle adresse : {address}", "Transmettre le dossier à {other} (remplace {who} jusqu'au 15).",
    "tel {tel} / mail {mail} - demander {first}", "Contrat signé par {who} le 12/03/2025, témoin {other}.",
    "Le colis est parti au {address}.", "Merci {first}, c'est réglé.", "De : {mail}\nObjet : relance\n\nBonjour,\nje suis {who}, dossier 2024-118.",
    "Remboursement {iban}, bénéficiaire {who}, {tel}", "{who} (compta) confirme la réception de la facture F2025-00412.",
    "Urgent : la gardienne, {who}, signale une fuite au {address}.", "Entretien annuel de {who} conduit par {other}.",
    "session ouverte par {lower} depuis {ip}", "Merci de mettre {mail} en copie de {who}.", "Signature : {who}\n{address}\n{tel}",
)  # fmt: skip
FRENCH_LOOKALIKES = (
    "Réunion en salle Marie Curie à 14h.", "Commande de 3 fauteuils Oscar et 2 lampes Margot.", "Facture des Établissements Martin reçue, 1 240,00 €.",
    "Réf. article 0612345678901, lot 2024-06.", "Le Groupe Faure Industrie répond à l'appel d'offres n° 2024-0117.", "Travaux rue Victor Hugo reportés au printemps.",
    "Version 4.12.0.3 installée sur le parc.", "Colis 6A12345678901 en transit.", "Numéro de série 4970-1234-5678-0011.", "Le lycée Jean Moulin commande 40 chaises Louis XV.",
    "Prix Goncourt : ajouter au rayon librairie.", "Relevé du compteur : 0412345 kWh.", "Fromage Saint-Agur en rupture, biscuits Saint-Michel à 2,35 €.", "SIRET 732 829 320 00074, TVA FR44732829320.",
    "Sauvegarde de 02:15 terminée, 12 fichiers.", "Mettre à jour Python et Django avant jeudi.", "Chantier Martin Luther King : béton livré.", "Ticket INC0004211 clos, imprimante remplacée.",
    "Bon de commande 0145879632 validé par le service achats.", "Ouragan Lothar : toiture du gymnase à contrôler.", "L'ampoule E27 est compatible.", "Contrat de la SCI Les Tilleuls à renouveler.",
)  # fmt: skip
FRENCH_SPECIAL = (
    ("{who} est diabétique, prévoir un repas adapté.", "health"), ("{who} a été hospitalisée pour une fracture du poignet.", "health"),
    ("{first} fait une dépression depuis septembre.", "health"), ("Arrêt maladie de {who} prolongé : cancer du sein.", "health"),
    ("{who} est séropositif, dossier à part.", "health"), ("la salariée {who} est enceinte de 5 mois", "health"),
    ("{who} est déléguée CGT depuis 2021.", "trade_union"), ("{who} a adhéré à un syndicat le mois dernier.", "trade_union"),
    ("{who} demande un repas sans porc car il est musulman.", "religion"), ("{who} est catholique pratiquante et refuse le dimanche.", "religion"),
    ("{who} milite au Parti socialiste.", "politics"), ("{who} est candidat sur la liste du Rassemblement national.", "politics"),
    ("{who} est d'origine algérienne.", "ethnicity"), ("Le locataire {who} est rom.", "ethnicity"),
    ("{who} est homosexuel, ses collègues le savent.", "sex"), ("{who} vit sa bisexualité ouvertement.", "sex"),
    ("{who} a été condamné pour vol en 2019.", "criminal"), ("{who} sort de prison, casier à vérifier.", "criminal"),
    ("Empreinte digitale de {who} enregistrée sur la badgeuse.", "biometric"), ("Test ADN de {who} : porteur de la mutation BRCA1.", "genetic"),
    ("{who} : aucun antécédent, pas de diabète.", "-"), ("Aucun blessé dans l'accident, véhicule de {who} immobilisé.", "-"),
    ("{who} n'est pas syndiqué.", "-"), ("Si {who} tombait malade, appeler le remplaçant.", "-"), ("{who} n'a jamais été condamné.", "-"),
    ("La loi interdit de traiter l'opinion politique ou la religion des salariés.", "-"), ("Le serveur est malade, {who} le redémarre.", "-"),
    ("Campagne de dépistage du cancer : affiches à commander.", "-"), ("Le syndicat de copropriété se réunit jeudi, {who} préside.", "-"),
    ("Virus détecté sur le poste de {who}, antivirus lancé.", "-"), ("Commande de 12 croix de Saint-André pour les poteaux.", "-"),
    ("Marché public attribué au parti le moins disant.", "-"), ("Fracture numérique : atelier animé par {who}.", "-"), ("La cellule souche du tableau est à vérifier par {who}.", "-"),
    ("Le convoyeur est condamné depuis mardi, signé {who}.", "-"), ("Vol Paris-Nice réservé pour {who}.", "-"),
)  # fmt: skip

ENGLISH = (
    "Please call {who} back on {tel}.", "Send the quote to {mail}, attention {first}.", "{who} has moved to {address}.",
    "Refund to {iban}, payee {who}.", "Login from {ip} by {mail}.", "card {card} declined", "spoke to {lower}, happy with Friday",
    "Regards,\n{who}\n{tel}", "Meeting with {who} and {other} at 3pm.", "Parcel left with {other} at {address}.",
)  # fmt: skip
ENGLISH_LOOKALIKES = (
    "Meeting moved to the Churchill room.", "Ordered two Oliver desks and a Stanley hammer.", "Invoice from Taylor & Sons Ltd, 1,240.00.", "Build 4.12.0.3 deployed.",
    "Serial 4929-0000-1111-2222 scrapped.", "Queens Drive roadworks postponed.", "Order 07700900123456 shipped.", "Jasper lamp out of stock.",
)  # fmt: skip
ENGLISH_SPECIAL = (
    ("{who} has type 1 diabetes and carries insulin.", "health"), ("{who} was off sick with depression.", "health"), ("{who} is a shop steward for Unite.", "trade_union"),
    ("{who} is Jewish and cannot work Saturdays.", "religion"), ("{who} is gay and out at work.", "sex"), ("{who} was convicted of fraud in 2018.", "criminal"),
    ("{who} has no known allergies.", "-"), ("{who} is not a union member.", "-"), ("The health check of the server was run by {who}.", "-"), ("Nobody was injured; {who} filed the report.", "-"),
)  # fmt: skip

_PLACE = re.compile(r"\{(\w+)\}")
Note = dict[str, object]


def notes(rng: Random, count: int) -> list[Note]:
    """Returns notes: three in four French, their kinds in turn, so that each template is used alike."""
    french = [(t, "") for t in (*FRENCH, *FRENCH_LOOKALIKES)] + list(FRENCH_SPECIAL)
    english = [(t, "") for t in (*ENGLISH, *ENGLISH_LOOKALIKES)] + list(ENGLISH_SPECIAL)
    rng.shuffle(french)
    rng.shuffle(english)
    made = []
    for number in range(count):
        lang, templates = ("en", english) if number % 4 == 3 else ("fr", french)
        place = number // 4 if lang == "en" else number - number // 4
        template, special = templates[place % len(templates)]
        made.append({"id": f"note-{number:05d}", "lang": lang, **fill(rng, template, lang), "special": special})
    return made


def fill(rng: Random, template: str, lang: str) -> Note:
    """Returns the text of a template and its spans: ``start``, ``end``, ``label``, ``label_original`` (the entity)."""
    who, other = person(rng, lang), person(rng, lang)
    text, spans, last = "", [], 0
    for place in _PLACE.finditer(template):
        text += template[last : place.start()]
        value, label = _value(rng, place[1], who, other), LABELS[place[1]]
        spans.append(
            {"start": len(text), "end": len(text) + len(value), "label": label, "label_original": ENTITIES[label]}
        )
        text += value
        last = place.end()
    return {"text": text + template[last:], "spans": spans}


def _value(rng: Random, what: str, who: Person, other: Person) -> str:
    makers = {
        "who": lambda: name(rng, who),
        "other": lambda: name(rng, other),
        "first": lambda: who.first,
        "lower": lambda: plain(rng.choice((who.full, f"{who.last} {who.first}"))).lower(),
        "tel": lambda: phone(rng, who),
        "mail": lambda: who.mail,
        "iban": lambda: rng.choice((who.iban, grouped(who.iban, 4))),
        "card": lambda: rng.choice((str, lambda number: grouped(number, 4)))(
            luhn(rng, rng.choice(("4", "51", "52")), 16)
        ),
        "ip": lambda: ip(rng),
        "address": lambda: who.address,
    }
    return str(makers[what]())
