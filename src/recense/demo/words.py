"""Word lists of the demo, typed by hand: plain common French words, in no order that means anything."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    """Returns the words of a text; an underscore is a blank within a name."""
    return tuple(word.replace("_", " ") for word in text.split())


FEMALE = _words("""
Sophie Marie Nathalie Isabelle Catherine Sylvie Christine Céline Sandrine Valérie Stéphanie Aurélie Émilie Julie
Camille Léa Manon Chloé Sarah Inès Pauline Claire Hélène Laurence Florence Anne Brigitte Monique Véronique Karine
Delphine Virginie Élodie Mathilde Charlotte Lucie Amélie Audrey Caroline Fanny Nadia Samira Fatima Yasmine Agnès
Corinne Estelle Gaëlle Noémie Océane Anne-Laure Marie-Claude Solène Justine Margaux
""")

MALE = _words("""
Thomas Nicolas Julien Pierre Jean Michel Philippe Alain Patrick Christophe Laurent Stéphane David Olivier Frédéric
Sébastien Antoine Maxime Alexandre Guillaume Mathieu Romain Vincent Benoît Fabien Jérôme Cédric Ludovic Damien
Arnaud Bruno Didier Éric François Gérard Hervé Jacques Karim Mehdi Rachid Youssef Lucas Hugo Louis Gabriel Arthur
Théo Enzo Clément Quentin Jean-Pierre Jean-Marc Yann Loïc Bastien Grégory
""")

SURNAMES = _words("""
Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia David
Bertrand Roux Vincent Fournier Morel Girard André Lefèvre Mercier Dupont Lambert Bonnet François Martinez Legrand
Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Nicolas Perrin Morin Mathieu Clément Gauthier Dumont Lopez
Fontaine Chevalier Robin Masson Sanchez Gérard Nguyen Boyer Denis Lemaire Duval Joly Gautier Roger Roche Roy Noël
Meyer Lucas Meunier Jean Perez Marchand Dufour Blanchard Marie Barbier Brun Dumas Brunet Schmitt Leroux Colas
Fernandez Renard Arnaud Rolland Caron Aubert Giraud Leclerc Vidal Bourgeois Renaud Lemoine Picard Gaillard Philippe
Lacroix Olivier Benoit Rey Carpentier Deschamps Benali Haddad Traoré Diallo Kaya Costa Pereira Chrétien Le_Goff
Lebrun Charpentier Collet Besson Hamon Poulain Vasseur Marchal Pasquier Berger Guillot Tessier Texier Lenoir
""")

COMMUNES = (
    ("75011", "Paris"), ("69003", "Lyon"), ("13006", "Marseille"), ("31000", "Toulouse"), ("44000", "Nantes"),
    ("33000", "Bordeaux"), ("59800", "Lille"), ("35000", "Rennes"), ("67000", "Strasbourg"), ("34000", "Montpellier"),
    ("06000", "Nice"), ("51100", "Reims"), ("76600", "Le Havre"), ("42000", "Saint-Étienne"), ("83000", "Toulon"),
    ("38000", "Grenoble"), ("21000", "Dijon"), ("49000", "Angers"), ("30000", "Nîmes"), ("63000", "Clermont-Ferrand"),
    ("72000", "Le Mans"), ("29200", "Brest"), ("37000", "Tours"), ("80000", "Amiens"), ("87000", "Limoges"),
    ("74000", "Annecy"), ("66000", "Perpignan"), ("57000", "Metz"), ("25000", "Besançon"), ("45000", "Orléans"),
    ("01000", "Bourg-en-Bresse"), ("02100", "Saint-Quentin"), ("03200", "Vichy"), ("04100", "Manosque"),
    ("05000", "Gap"), ("07000", "Privas"), ("08000", "Charleville-Mézières"), ("09000", "Foix"), ("10000", "Troyes"),
    ("14000", "Caen"), ("17000", "La Rochelle"), ("56000", "Vannes"), ("64000", "Pau"), ("86000", "Poitiers"),
    ("91120", "Palaiseau"), ("92100", "Boulogne-Billancourt"), ("93200", "Saint-Denis"), ("94000", "Créteil"),
    ("97400", "Saint-Denis"), ("97200", "Fort-de-France"),
)  # fmt: skip

STREETS = (
    "rue de la République", "rue Victor Hugo", "avenue Jean Jaurès", "rue Pasteur", "place de la Mairie",
    "rue des Écoles", "avenue de la Gare", "rue de l'Église", "chemin des Vignes", "rue des Lilas", "rue du Château",
    "allée des Roses", "boulevard Gambetta", "rue Nationale", "impasse des Tilleuls", "rue du Stade", "rue du Moulin",
    "quai de la Marne", "route de Paris", "rue de Verdun", "cours Lafayette", "rue du Temple", "rue Émile Zola",
)  # fmt: skip

JOBS = (
    "Responsable sécurité", "Directrice administrative", "Gestionnaire de site", "Responsable maintenance", "Comptable",
    "Chef de projet", "Acheteur", "Directeur technique", "Assistante de direction", "Ingénieur d'affaires",
    "Chargée de mission", "Responsable des services généraux", "Économe de flux", "Intendante", "Gérant",
)  # fmt: skip

TRADES = (
    "Menuiserie", "Transports", "Imprimerie", "Fonderie", "Boulangerie", "Laboratoire", "Entrepôts", "Papeterie",
    "Filature", "Conserverie", "Tuilerie", "Câblerie", "Minoterie", "Cartonnerie", "Verrerie", "Pépinières",
)  # fmt: skip

TRADE_PLACES = (
    "du Val Fleuri", "des Trois Rivières", "de l'Étang", "du Grand Pré", "de la Combe", "des Deux Ponts",
    "du Haut Plateau", "de la Plaine", "du Vieux Port", "des Quatre Vents", "de la Forge Basse", "du Clos Neuf",
)  # fmt: skip

LEGAL_FORMS = ("SARL", "SAS", "SA", "SCOP", "EURL")
NAF = ("16.23Z", "49.41A", "18.12Z", "24.51Z", "10.71C", "72.19Z", "52.10B", "17.23Z", "85.31Z", "86.10Z", "84.11Z")

SITE_KINDS = (
    ("Lycée", "R"), ("Collège", "R"), ("Clinique", "U"), ("Résidence", "J"), ("Gymnase", "X"), ("Médiathèque", "S"),
    ("Groupe scolaire", "R"), ("Centre commercial", "M"), ("Hôtel", "O"), ("Parking", "PS"), ("Théâtre", "L"),
)  # fmt: skip

SITE_NAMES = (
    "Jean Moulin", "Saint-Jean", "Victor Hugo", "Sainte-Anne", "Jules Ferry", "Marie Curie", "Louis Pasteur",
    "Jean Jaurès", "Simone Veil", "Saint-Martin", "Paul Langevin", "Jacques Prévert", "de l'Abbaye", "du Temple",
)  # fmt: skip

PRODUCTS = (
    "Détecteur optique Altaïr", "Détecteur thermique Vega", "Centrale Orion", "Déclencheur manuel Rubis",
    "Diffuseur sonore Mistral", "Flash lumineux Ambre", "Ventouse de porte Titan", "Extincteur poudre 6 kg",
    "Extincteur CO2 2 kg", "Bloc secours Luciole", "Report d'alarme Hermès", "Câble CR1-C1 2x1,5", "Batterie 12 V 7 Ah",
    "Robinet incendie armé DN 25", "Coffret de relayage Victor", "Boîtier de test Charlotte", "Clé de réarmement Léon",
)  # fmt: skip

EVENTS = ("Petit-déjeuner technique", "Journée portes ouvertes", "Conférence désenfumage", "Atelier réglementation ERP")

USER_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1",
)
