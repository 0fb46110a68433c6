"""Words that persons and places are made of. Invented combinations; streets and towns need not go together."""

from __future__ import annotations

__all__ = ["FAMILY_NAMES", "FEMALE_NAMES", "LANGUAGES", "MALE_NAMES", "STREETS", "TOWNS"]

FAMILY_NAMES: tuple[tuple[str | None, str], ...] = (
    ("de", "Jong"), (None, "Jansen"), ("de", "Vries"), ("van de", "Berg"), ("van den", "Bosch"), ("van", "Dijk"),
    (None, "Bakker"), (None, "Visser"), (None, "Smit"), (None, "Meijer"), ("de", "Boer"), (None, "Mulder"),
    ("de", "Groot"), (None, "Bos"), (None, "Vos"), (None, "Peters"), (None, "Hendriks"), ("van", "Leeuwen"),
    (None, "Dekker"), (None, "Brouwer"), ("de", "Wit"), (None, "Dijkstra"), (None, "Smits"), ("de", "Graaf"),
    ("van der", "Meer"), (None, "Yılmaz"), (None, "El Idrissi"), (None, "Nguyen"), (None, "Kowalska"),
    (None, "Hoekstra"), (None, "Wijaya"), ("van der", "Linden"), (None, "Koster"), (None, "Prins"), (None, "Blom"),
    (None, "Huisman"), (None, "Postma"), (None, "Kuipers"), ("ten", "Brink"), (None, "Scholten"), ("in 't", "Veld"),
    (None, "Verhoeven"), (None, "Willems"), (None, "Martina"), (None, "Sital"), (None, "Aziz"), ("ter", "Horst"),
)  # fmt: skip

FEMALE_NAMES = (
    "Anna", "Maria", "Johanna", "Cornelia", "Elisabeth", "Wilhelmina", "Hendrika", "Catharina", "Grietje", "Trijntje",
    "Neeltje", "Sophia", "Emma", "Fatima", "Aaltje", "Petronella", "Geertruida", "Jacoba", "Saskia", "Ingrid", "Ayşe",
    "Lies", "Marijke", "Truus", "Annie", "Riet", "Femke", "Noor", "Thuy", "Marlies",
)  # fmt: skip

MALE_NAMES = (
    "Johannes", "Jan", "Cornelis", "Hendrik", "Willem", "Pieter", "Gerrit", "Jacobus", "Dirk", "Adrianus", "Klaas",
    "Simon", "Mohamed", "Arie", "Bram", "Kees", "Piet", "Theo", "Wim", "Henk", "Sjoerd", "Mehmet", "Daan", "Lars",
    "Joost", "Freek", "Rudi", "Teun", "Bas", "Gijs",
)  # fmt: skip

STREETS = (
    "Dorpsstraat", "Kerkstraat", "Molenweg", "Schoolstraat", "Stationsweg", "Wilhelminastraat", "Julianalaan",
    "Beatrixplein", "Parkweg", "Lindelaan", "Eikenlaan", "Beukenhof", "Havenkade", "Nieuwstraat", "Achterweg",
    "Zuiderkade", "Marktplein", "Berkenstraat", "Tulpstraat", "Meidoornlaan", "Raadhuisplein", "Vijverweg",
    "Hofstraat", "Singel", "Dijkweg", "Veldweg", "Prins Hendriklaan", "Oranjestraat", "Burgemeesterslaan", "Boslaan",
)  # fmt: skip

TOWNS: dict[str, tuple[str, int]] = {
    "5050": ("Demostad", 9990), "5501": ("Groningen", 9711), "5502": ("Leeuwarden", 8911), "5503": ("Assen", 9401),
    "5504": ("Zwolle", 8011), "5505": ("Enschede", 7511), "5506": ("Apeldoorn", 7311), "5507": ("Arnhem", 6811),
    "5508": ("Nijmegen", 6511), "5509": ("Utrecht", 3511), "5510": ("Lelystad", 8221), "5511": ("Hilversum", 1211),
    "5512": ("Alkmaar", 1811), "5513": ("Haarlem", 2011), "5514": ("Zaandam", 1501), "5515": ("Amsterdam", 1011),
    "5516": ("Amstelveen", 1181), "5517": ("Leiden", 2311), "5518": ("Den Haag", 2511), "5519": ("Delft", 2611),
    "5520": ("Gouda", 2801), "5521": ("Rotterdam", 3011), "5523": ("Spijkenisse", 3201), "5524": ("Gorinchem", 4201),
    "5525": ("Middelburg", 4331), "5526": ("Breda", 4811), "5527": ("Tilburg", 5011),
    "5528": ("'s-Hertogenbosch", 5211), "5529": ("Eindhoven", 5611), "5530": ("Roermond", 6041),
    "5531": ("Maastricht", 6211), "5532": ("Deventer", 7411), "5533": ("Heerenveen", 8441),
}  # fmt: skip
"""Town and first postcode number by care office."""

LANGUAGES = ("Turks", "Arabisch", "Pools", "Papiaments", "Engels", "Vietnamees", "Tigrinya")
