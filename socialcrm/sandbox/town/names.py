"""Names, places and companies of the town. All people and companies are invented."""

from __future__ import annotations

from socialcrm.sandbox.words import words

GIVEN = {
    "en": words(
        "Ada Alice Amelia Anna Beth Bella Carol Cara Clare Daisy Diana Edith Ella Emma Erin Esther Fiona Freya Gemma "
        "Grace Hannah Hazel Helen Holly Ivy Jane Jess Joan Julia Kate Kira Laura Leah Lily Lucy Mabel Maya Megan Mia "
        "Molly Nadia Nell Nina Olive Orla Paula Petra Priya Rachel Rose Ruby Ruth Sally Sara Sophie Stella Tara Tess "
        "Uma Vera Violet Wendy Yasmin Zoe Aaron Adam Aidan Alan Arthur Ben Brian Caleb Callum Carl Colin Connor Craig "
        "Daniel David Dylan Edward Eli Ethan Felix Finn Frank Gareth George Graham Harry Hugo Ian Isaac Jack Jacob "
        "James Jamie Joel John Jonas Josh Kamal Keith Kieran Lars Leo Liam Luke Marcus Martin Max Miles Nathan Neil "
        "Noah Oliver Omar Oscar Owen Patrick Paul Peter Quentin Ravi Reece Robert Ross Ryan Sam Scott Sean Simon Stan "
        "Theo Thomas Tim Toby Tom Victor Will Xavier Yusuf Zack"
    ),
    "fr": words(
        "Adèle Agathe Alice Amandine Anaïs Aurélie Béatrice Camille Capucine Caroline Cécile Céline Chloé Claire "
        "Clémence Delphine Élise Émilie Estelle Fanny Florence Gaëlle Hélène Inès Jade Jeanne Juliette Justine Laure "
        "Léa Louise Lucie Maëlle Manon Margaux Marion Mathilde Nadège Noémie Océane Pauline Romane Salomé Sarah "
        "Sophie Sylvie Valentine Yasmine Zoé Adrien Alexis Antoine Arnaud Baptiste Bastien Benoît Bruno Cédric "
        "Clément Corentin Damien Denis Didier Émile Étienne Fabien Florian François Gaël Gilles Grégoire Guillaume "
        "Hugo Jérôme Julien Karim Laurent Léo Loïc Luc Malik Marc Mathieu Maxime Mehdi Nicolas Olivier Pascal Philippe "
        "Pierre Quentin Raphaël Rémi Romain Sébastien Simon Stéphane Sylvain Théo Thibault Thomas Tristan Valentin "
        "Vincent Yann Yves"
    ),
}
FAMILY = {
    "en": words(
        "Abbott Adler Ainsley Alder Archer Ashdown Barlow Bassett Beckett Bell Birch Blackwood Bolton Bower Bramley "
        "Brennan Brook Burke Calder Carver Chandra Clarke Clayton Colby Cooper Corbett Crane Croft Dalton Darcy Dawes "
        "Dempsey Dixon Doyle Drake Eastwood Elliott Ellis Fairley Farrow Fenwick Fielding Finch Fletcher Foster Frost "
        "Gallagher Garland Gibbs Gilmour Grant Greaves Hale Harding Harlow Hartley Hayes Heath Holloway Hooper Howell "
        "Hughes Hunt Irving Jarvis Jenkins Joyce Keane Kearney Kendall Kerr Khan Knight Lacey Langley Larkin Lawson "
        "Leigh Lennox Lindqvist Locke Lowell Lynch Mahoney Marlow Marsh Mason Mayfield Mercer Merritt Milton Monroe "
        "Morgan Moss Murphy Nash Newton Nolan Norris Novak Oakley Okafor Osborne Palmer Parish Patel Payne Pemberton "
        "Penrose Perry Pierce Porter Pryce Quinn Radley Ramsey Rawlings Reeve Rhodes Ridley Rowan Russell Sadler "
        "Sandford Sawyer Saxby Shaw Sheridan Silva Sinclair Slater Sorensen Stone Sutton Swift Tanner Tate Thorne "
        "Tierney Travers Tucker Turner Underwood Vance Vaughan Wade Walsh Warwick Weaver Webb Weston Wilde Winslow "
        "Wolfe Woodward Wren Wyatt Yates York"
    ),
    "fr": words(
        "Albert André Arnoux Aubert Barbier Baudin Belmont Benali Berger Bertin Besson Blanchard Bonnet Bouchard "
        "Boulanger Bourdin Bouvier Brun Caron Carpentier Chabert Charpentier Chevalier Collet Cordier Courtois Daumas "
        "David Delacroix Delmas Delorme Descamps Diallo Duchêne Dufour Dumont Dupré Durand Fabre Faure Ferrand Fleury "
        "Fontaine Fournier Gaillard Garnier Gauthier Gérard Germain Girard Giraud Granger Guérin Guichard Guyot Hamel "
        "Henry Hubert Jacquet Joly Lacroix Lambert Langlois Laroche Leblanc Leclerc Lefort Legrand Lemaire Leroux "
        "Lesage Lombard Maillard Marchand Marchal Masson Mercier Meunier Michaud Millet Monnier Moreau Morin Moulin "
        "Navarre Noël Olivier Pasquier Pélissier Perrin Perrot Picard Poirier Prévost Raynaud Renard Renaud Reynaud "
        "Ricard Rivière Robin Rolland Rousseau Roussel Roux Royer Sabatier Salmon Sauvage Savary Schmitt Tessier "
        "Texier Thibaut Traoré Vallet Vasseur Verdier Vidal Villard Vincent"
    ),
}
CITIES = {
    "en": [
        ("Bristol", "United Kingdom"),
        ("Leeds", "United Kingdom"),
        ("Cardiff", "United Kingdom"),
        ("Glasgow", "United Kingdom"),
        ("Norwich", "United Kingdom"),
        ("Sheffield", "United Kingdom"),
        ("Brighton", "United Kingdom"),
        ("Exeter", "United Kingdom"),
        ("York", "United Kingdom"),
        ("Dublin", "Ireland"),
        ("Cork", "Ireland"),
        ("Galway", "Ireland"),
        ("Rotterdam", "Netherlands"),
        ("Ghent", "Belgium"),
        ("Boston", "United States"),
        ("Portland", "United States"),
        ("Toronto", "Canada"),
    ],
    "fr": [
        ("Lyon", "France"),
        ("Nantes", "France"),
        ("Lille", "France"),
        ("Rennes", "France"),
        ("Grenoble", "France"),
        ("Toulouse", "France"),
        ("Strasbourg", "France"),
        ("Dijon", "France"),
        ("Bruxelles", "Belgium"),
        ("Liège", "Belgium"),
        ("Genève", "Switzerland"),
        ("Lausanne", "Switzerland"),
        ("Montréal", "Canada"),
    ],
}
DIAL = {
    "United Kingdom": "+44 117 496 0",
    "Ireland": "+353 20 912 0",
    "Netherlands": "+31 85 010 0",
    "Belgium": "+32 2 555 0",
    "United States": "+1 617 555 0",
    "Canada": "+1 416 555 0",
    "France": "+33 1 99 00 0",
    "Switzerland": "+41 22 555 0",
}
COMPANY_HEADS = {
    "en": words(
        "Ashgrove Beacon Birchwood Bluefield Brightside Canalside Cedar Clifton Cobalt Copperhill Fernbank Foxglove "
        "Greystone Hawthorn Highmoor Ironbridge Kestrel Kingfisher Larkfield Maple Meadow Millpond Northgate Oakhurst "
        "Orchard Pinewood Redbrick Riverside Rookwood Saltmarsh Sandpiper Silverdale Stonecroft Sycamore Thornbury "
        "Tidewater Westbrook Whitestone Willow Windmill"
    ),
    "fr": words(
        "Alizé Ardoise Aubépine Bellecour Bergerac Bocage Boréal Cassiopée Châtaigne Clairval Cobalt Colline Coteau "
        "Émeraude Escale Garance Granit Hirondelle Horizon Lavandin Magnolia Mistral Noisetier Ondine Orée Passerelle "
        "Pavillon Rivage Romarin Sarments Source Tilleul Tramontane Verger Vigie Zéphyr"
    ),
}
COMPANY_TAILS = {
    "en": {
        "architecture": ["Architects", "Studio", "Design Partners"],
        "electrical contracting": ["Electrical", "Installations", "Electrics & Sons"],
        "facility services": ["Facilities", "Property Care", "Building Services"],
        "hotels": ["Hotels", "House Hotels", "Inns"],
        "education": ["College", "Academy", "Schools Trust"],
        "health care": ["Clinics", "Care Homes", "Medical"],
        "retail": ["Stores", "Bookshops", "Market"],
        "logistics": ["Logistics", "Freight", "Storage"],
        "software": ["Software", "Data", "Systems"],
        "manufacturing": ["Works", "Joinery", "Tools"],
    },
    "fr": {
        "architecture": ["Architectes", "Atelier", "& Associés"],
        "electrical contracting": ["Électricité", "Énergies", "Installations"],
        "facility services": ["Services", "Gestion", "Propreté"],
        "hotels": ["Hôtels", "Auberges"],
        "education": ["Formation", "Écoles"],
        "health care": ["Cliniques", "Santé"],
        "retail": ["Boutiques", "Marchés", "Librairies"],
        "logistics": ["Logistique", "Transports"],
        "software": ["Numérique", "Logiciels"],
        "manufacturing": ["Ateliers", "Menuiserie", "Outillage"],
    },
}
TOPICS = ("office", "trade", "lighting", "food", "weather", "sport", "family", "travel", "tech", "culture", "small")
