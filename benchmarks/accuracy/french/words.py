"""Words that the benchmark is made of; written for it, taken from no list of recense's."""

# ruff: noqa: E501, SIM905 - data, one entry beside the other
from __future__ import annotations

MALE = (
    "Jean Pierre Michel André Philippe Jean-Luc Alain Bernard Thierry Stéphane Frédéric Loïc Yann Gaël Ronan Mathieu "
    "Baptiste Enzo Nolan Théo Raphaël Gabin Côme Augustin Mehdi Karim Yassine Bilal Mamadou Ousmane Ibrahima João "
    "Duarte Xavier Rémi Benoît Cédric Ludovic Gérard Marcel Roland Gilbert Joël Noël Anatole Hippolyte Tanguy Erwan "
    "Bixente Minh Ruben Sacha Timéo Kylian Jean-Baptiste Aurélien"
).split()
FEMALE = (
    "Marie Nathalie Isabelle Sylvie Françoise Monique Chantal Brigitte Véronique Sandrine Céline Aurélie Élodie Émilie "
    "Maëlle Anaïs Chloé Léa Manon Inès Jade Louane Zoé Fatima Khadija Aïcha Nour Aminata Fatoumata Mariama Inês "
    "Beatriz Thi-Lan Soizic Nolwenn Gwenaëlle Maïté Marie-Claire Anne-Sophie Solène Clémence Capucine Apolline Noémie "
    "Hélène Geneviève Yvonne Odette Ginette Colette Bérénice Astrid Ophélie Coralie Mélissa"
).split()
SURNAMES = (
    "Martin|Bernard|Thomas|Robert|Petit|Durand|Leroy|Moreau|Lefebvre|Garcia|Roux|Fournier|Girard|Bonnet|Lambert|"
    "Mercier|Faure|Rousseau|Blanc|Guérin|Boyer|Chevalier|Gauthier|Perrin|Le Goff|Le Bihan|Quéméneur|Kervella|Guivarc'h|"
    "Etcheverry|Irigoyen|Luciani|Mattei|Schmitt|Muller|Klein|Vandamme|Dewaele|Delattre|Da Silva|Ferreira|Pereira|Nguyen|"
    "Tran|Benali|Haddad|Bouzid|Cherif|Traoré|Diallo|Coulibaly|N'Diaye|Konaté|El Amrani|Ben Salah|D'Hondt|de La Tour|"
    "du Plessis|Saint-Martin|Pastoureau|Lagarrigue|Cazeneuve|Bourdin|Chauvet|Montagnier|Thibaudeau|Vasseur|Hochart|"
    "Roussillon|Peyrard|Chapuis|Berthod|Jacquemin|Pichon|Maréchal|Charpentier|Berger|Boulanger|Lebrun|Legrand|Marchand"
).split("|")
PLACES = (
    ("01000", "Bourg-en-Bresse"), ("06300", "Nice"), ("07200", "Aubenas"), ("13008", "Marseille"), ("14000", "Caen"),
    ("17000", "La Rochelle"), ("21000", "Dijon"), ("22300", "Lannion"), ("25000", "Besançon"), ("29200", "Brest"),
    ("31000", "Toulouse"), ("33700", "Mérignac"), ("35400", "Saint-Malo"), ("38000", "Grenoble"), ("44600", "Saint-Nazaire"),
    ("49000", "Angers"), ("51100", "Reims"), ("57000", "Metz"), ("59800", "Lille"), ("63000", "Clermont-Ferrand"),
    ("64200", "Biarritz"), ("67000", "Strasbourg"), ("69003", "Lyon"), ("72000", "Le Mans"), ("75011", "Paris"),
    ("76600", "Le Havre"), ("83000", "Toulon"), ("87000", "Limoges"), ("92130", "Issy-les-Moulineaux"), ("97400", "Saint-Denis"),
)  # fmt: skip
STREETS = (
    "rue des Lilas", "rue Victor Hugo", "avenue Jean Jaurès", "boulevard de la République", "place du Marché",
    "chemin du Moulin", "impasse des Acacias", "allée des Tilleuls", "route de Vannes", "quai des Chartrons",
    "cours Lafayette", "rue du 8 Mai 1945", "square Saint-Lambert", "passage du Caire", "lotissement Les Genêts",
    "résidence Bellevue", "hameau de la Fontaine", "rue de l'Église", "montée de la Butte", "faubourg Saint-Antoine",
)  # fmt: skip
COMPANIES = (
    "Établissements Martin", "SARL Durand et Fils", "Boulangerie Petit", "Cabinet Lambert & Associés", "Transports Leroy",
    "Garage Moreau", "SAS Bretagne Énergie", "Menuiserie du Léon", "Groupe Faure Industrie", "Pharmacie Saint-Michel",
    "EURL Thermoplus", "SCI Les Tilleuls", "Auto-École Bernard", "Imprimerie Charpentier", "Maison Rousseau",
    "Ambulances Girard", "Hôtel de la Gare", "Coopérative Agricole du Forez", "Fonderie Mercier", "Lycée Jean Moulin",
)  # fmt: skip
JOBS = (
    "comptable", "chef d'équipe", "infirmière", "conducteur de travaux", "technicien de maintenance", "responsable qualité",
    "assistante de direction", "développeur", "magasinier", "chargée de clientèle", "cariste", "juriste", "apprenti",
)  # fmt: skip
SERVICES = (
    "Comptabilité",
    "Logistique",
    "Achats",
    "Production",
    "SAV",
    "Direction générale",
    "Informatique",
    "Qualité",
)
PRODUCTS = (
    "Fauteuil Oscar", "Table Juliette", "Lampe Margot", "Commode Gustave", "Perceuse à colonne", "Ponceuse orbitale",
    "Cafetière Baptiste 1,2 L", "Étagère Simone", "Tournevis plat 6 mm", "Vis inox A2 4x40", "Robot Clara", "Tente Arthur 3 places",
    "Chaise Louis XV", "Fromage Saint-Agur", "Biscuits Saint-Michel", "Ampoule LED E27", "Peinture blanc mat 10 L",
)  # fmt: skip
BRANDS = ("Martin & Fils", "Leroy", "Simonin", "Bosch", "Legrand", "Philips", "Moulinex", "Maison Pierre")
ROOMS = (
    "salle Marie Curie",
    "Amphi Poincaré",
    "B204",
    "salle Pasteur",
    "Bureau 12",
    "Atelier 3",
    "Salle Simone Veil",
    "R+2 Est",
)
BANKS = ("30004", "20041", "10278", "14707", "17515", "30002")
MAIL_HOSTS = ("exemple.fr", "courriel.example", "mail.example.org", "messagerie.example", "example.com")
ROLES = ("contact", "info", "compta", "accueil", "support", "service.client", "rh", "noreply", "secretariat")

ENGLISH_MALE = (
    "James Robert Michael William David Ethan Liam Owen Nathan Rajesh Omar Kofi Hugh Neil Stuart Callum".split()
)
ENGLISH_FEMALE = (
    "Mary Linda Susan Karen Emma Olivia Sophie Grace Priya Aisha Siobhan Heather Joanne Chloe Megan Ama".split()
)
ENGLISH_SURNAMES = (
    "Smith|Jones|Taylor|Brown|Williams|Walker|Wright|Thompson|O'Brien|McCarthy|Patel|Khan|Okafor|Mensah|Baker|Cooper|"
    "Fletcher|Hughes|Griffiths|Campbell|Stewart|Young|Hall|Wood|Green|Marsh|Summers|Winters|Bell|Price"
).split("|")
ENGLISH_PLACES = (
    ("LS1 4AP", "Leeds"), ("M1 2WD", "Manchester"), ("BS8 1TH", "Bristol"), ("EH1 1YZ", "Edinburgh"), ("CF10 3AT", "Cardiff"),
    ("NE1 7RU", "Newcastle"), ("OX1 2JD", "Oxford"), ("BT7 1NN", "Belfast"), ("G12 8QQ", "Glasgow"), ("YO1 7HH", "York"),
)  # fmt: skip
ENGLISH_STREETS = (
    "High Street", "Church Lane", "Station Road", "Victoria Avenue", "Mill Close", "Albert Terrace", "The Green",
    "Queens Drive", "Park Crescent", "Orchard Way",
)  # fmt: skip
ENGLISH_COMPANIES = (
    "Taylor & Sons Ltd",
    "Walker Logistics plc",
    "Green Energy LLP",
    "Bell Hardware",
    "Cooper Fabrications Ltd",
)
ENGLISH_PRODUCTS = (
    "Oliver desk",
    "Charlotte sofa",
    "Stanley hammer 16 oz",
    "LED bulb B22",
    "Hex bolt M8",
    "Jasper lamp",
)
