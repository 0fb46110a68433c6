"""Invents grants files, and says of what words all that is invented is made."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from tests.properties.authorization.model import LINKS, TYPES, Layout
from tests.properties.authorization.reading import Grants

__all__ = [
    "ALL_CODES",
    "CODED",
    "CODES",
    "DATED",
    "DAYS",
    "ROLES",
    "SORTED",
    "TEXTS",
    "TEXTUAL",
    "Writer",
    "invent_grants",
]

CODES = {"agb": ("10000001", "10000002", "10000003"), "uzovi": ("5001", "5002"), "bsn": ("999990019", "999990020")}
ALL_CODES = (*CODES["agb"], *CODES["uzovi"], CODES["bsn"][0])
SCOPES = {"EEN": ["balie/een:lezen", "balie/een-oud:lezen"], "TWEE": ["balie/twee:lezen"]}
ROLES = {"BAAS": "agb", "HULP": "agb", "KANTOOR": "uzovi", "TOEZICHT": "uzovi", "BURGER": "bsn"}
PATTERNS = {"agb": "[0-9]{8}", "uzovi": "[0-9]{4}", "bsn": "[0-9]{9}"}
TEXTS = ("aa", "ab", "ba", "c%")
DAYS = tuple(date(2024, 1, 1) + timedelta(47 * number) for number in range(24))

CODED = {"Zaak": ("beheerder", "waarnemer"), "Stuk": ("auteur",), "Partij": ("code",), "Betrokkene": ("code",)}
TEXTUAL = {"Persoon": ("naam", "woonplaats"), "Zaak": ("soort", "notitie"), "Stuk": ("titel",), "Partij": ("rol",)}
DATED = {
    "Persoon": ("geboren",),
    "Zaak": ("opening", "sluiting"),
    "Partij": ("van", "tot"),
    "Betrokkene": ("van", "tot"),
}
_NUMBERS = {"Zaak": ("bedrag",), "Stuk": ("bladzijden",)}
_SPANS = ("Zaak", "Partij", "Betrokkene")
SORTED = {
    "Persoon": ("naam", "woonplaats", "geboren"),
    "Zaak": ("soort", "beheerder", "opening", "sluiting", "bedrag", "persoon", "voorganger"),
    "Stuk": ("titel", "moment", "bladzijden", "zaak", "persoon"),
    "Partij": ("code", "van", "tot", "zaak"),
}
_TYPES = ("Persoon", "Zaak", "Stuk", "Partij")


# --- grants -----------------------------------------------------------------------------------------------------------


def invent_grants(rng: random.Random, layout: Layout) -> Grants:
    """A grants file over all data, as somebody would write it."""
    return Grants("\n".join(Writer(rng, layout).lines()) + "\n", layout)


class Writer:
    def __init__(self, rng: random.Random, layout: Layout) -> None:
        self.rng = rng
        self.layout = layout
        self.members = {
            name: [member for member in _members(name) if (name, member) not in layout.contributed] for name in _TYPES
        }
        self.sets = {name: self._some(self.members[name], 0.5) for name in _TYPES}

    def _some(self, items: Sequence[str], chance: float) -> list[str]:
        return [item for item in items if self.rng.random() < chance] or [self.rng.choice(items)]

    def _maybe(self, chance: float) -> bool:
        return self.rng.random() < chance

    def lines(self) -> list[str]:
        found = ["version: 1", "timezone: Europe/Amsterdam", "roles:"]
        for name, identifier in ROLES.items():
            derived = ", derived: {client_key: bsn}" if identifier == "bsn" else ""
            known = f"identifiers: {{{identifier}: '{PATTERNS[identifier]}'}}{derived}"
            found.append(f"  {name}: {{claims: {{soort: {name.lower()}}}, {known}}}")
        if self.layout.contributed:
            found += ["homes:", *(f"  {name}: {self.layout.homes[name]}" for name, _ in self.layout.contributed)]
        found += ["functions: |", *("  " + line for line in self._functions()), "scopes:"]
        found += [f"  {name}: [{', '.join(scopes)}]" for name, scopes in SCOPES.items()]
        found += ["fields:", *(f"  {name}: [{', '.join(fields)}]" for name, fields in self.sets.items())]
        found += [*self._inputs(), "grants:"]
        number = 0
        for name in _TYPES:
            for role, identifier in ROLES.items():
                for _ in range(self.rng.choices((0, 1, 2, 3), (2, 5, 5, 2))[0]):
                    number += 1
                    found += self._grant(number, name, role)
                for when in self._kin(name, identifier):
                    number += 1
                    found += self._grant(number, name, role, when)
        for (name, link), register in self.layout.contributed.items():
            for role in ROLES:
                if self._maybe(0.8):
                    number += 1
                    found += self._contributed(number, f"{register}.{name}", role, link)
        never = [member for member in _members("Persoon") if f"{member}" == "geheim" and self._maybe(0.1)]
        return [
            *found,
            *(["never:", f"  {self.layout.homes['Persoon']}.Persoon: [{', '.join(never)}]"] if never else []),
        ]

    def _contributed(self, number: int, name: str, role: str, link: str) -> list[str]:
        """What a register adds to an entity of another one: no rows, for those are judged at home."""
        head = [f"  - id: G{number}", f"    role: {role}", "    action: lezen"]
        scope = self.rng.choice(("EEN", "EEN", "TWEE"))
        return [*head, f"    scope: {scope}", f"    type: {name}", f"    fields: [{link}]"]

    def _kin(self, name: str, identifier: str) -> list[str]:
        """For some types and roles: predicates that look into the same table, each for something else. What is compiled of them becomes one look."""
        known = self.layout.walks(name)
        if not known or not self._maybe(0.2):
            return []
        link = self.rng.choice(known)
        target = LINKS[name, link].target
        looks = [f"any({self.condition('Xk', target, identifier, 1)} for Xk in X.{link})" for _ in range(2)]
        return [f"{self._plain('X', name, identifier)} and {look}" if self._maybe(0.5) else look for look in looks]

    def _grant(self, number: int, name: str, role: str, when: str = "") -> list[str]:
        identifier = ROLES[role]
        roles = [
            role,
            *(other for other in ROLES if other != role and ROLES[other] == identifier and self._maybe(0.15)),
        ]
        fields = self._some(self.members[name], self.rng.choice((0.4, 0.7, 0.95)))
        if self._maybe(0.3):
            fields = [f"<{name}>", *fields[:2]]
        if self.layout.contributed or self._maybe(0.7):
            fields = list(dict.fromkeys([TYPES[name].key, *fields]))
        anchor = self._anchor(name)
        fields = list(dict.fromkeys([*anchor, *fields]))
        lines = [
            f"  - id: G{number}",
            f"    role: [{', '.join(roles)}]",
            "    action: lezen",
            f"    scope: {self.rng.choice(('EEN', 'EEN', 'TWEE'))}",
            f"    type: {self.layout.homes[name]}.{name}",
            f"    fields: [{', '.join(fields)}]",
        ]
        if self._maybe(0.04):
            lines.append("    enabled: false")
        if anchor:
            lines += [f"    anchored: [{', '.join(anchor)}]", f"    anchor_only: {str(self._maybe(0.5)).lower()}"]
        return [*lines, *([f"    when: {_quoted(when)}"] if when else self._rows(name, identifier))]

    def _anchor(self, name: str) -> list[str]:
        """For some grants: what a root has to pin."""
        pinnable = [column for column, kind in TYPES[name].columns.items() if kind != "bool"]
        return self.rng.sample(pinnable, self.rng.choice((1, 1, 2))) if self._maybe(0.15) else []

    def _rows(self, name: str, identifier: str) -> list[str]:
        owners = {"Zaak": (("Persoon", "zaken"),), "Stuk": (("Zaak", "stukken"), ("Persoon", "zaken.stukken"))}
        owners["Partij"] = (("Zaak", "partijen"), ("Persoon", "zaken.partijen"))
        if self.layout.contributed:
            owners = {"Partij": owners["Partij"][:1]}
        if name in owners and self._maybe(0.15):
            owner, path = self.rng.choice(owners[name])
            return [f"    part_of: {owner}", f"    path: {path}"]
        if self._maybe(0.07):
            return []
        return [f"    when: {_quoted(self.condition('X', name, identifier, 3))}"]

    # -- the vocabulary ------------------------------------------------------------------------------------------------

    def _functions(self) -> list[str]:
        """What predicates are made of; each of its numbers, and here and there a form, is invented."""
        rng = self.rng
        end = rng.choice(("coalesce({}, forever)", "coalesce({}, days(today, 30))", "{}"))
        return [
            "def begin(x: Zaak):",
            f"    return {rng.choice(('x.opening', 'coalesce(x.sluiting, x.opening)', 'min(x.opening, x.sluiting)'))}",
            f"def begin(x: Partij | {'' if self.layout.contributed else 'balie.'}Betrokkene):",
            "    return x.van",
            "def eind(x: Zaak):",
            f"    return {end.format('x.sluiting')}",
            "def eind(x: Partij | Betrokkene):",
            "    '''The last day.'''",
            f"    return {end.format('x.tot')}",
            "def overlapt(a: object, b: object):",
            "    return begin(a) <= eind(b) and begin(b) <= eind(a)",
            "def loopt(x: object):",
            f"    return begin(x) <= today <= days(eind(x), {rng.randint(-40, 400)})",
            "def venster(x: Zaak):",
            f"    return x.sluiting is None or today <= day(year(x.sluiting) + {rng.randint(0, 1)}, {rng.randint(1, 12)}, {rng.randint(1, 28)})",
            "def venster(x: Partij | Betrokkene):",
            f"    return x.tot is None or today <= years(x.tot, {rng.randint(0, 2)})",
            *[
                line
                for identifier in CODES
                for line in (
                    f"def mijn_{identifier}(x: Zaak):",
                    f"    return x.beheerder == caller.{identifier}"
                    + (f" or x.waarnemer == caller.{identifier}" if self._maybe(0.5) else ""),
                    f"def mijn_{identifier}(x: Partij | Betrokkene):",
                    f"    return x.code == caller.{identifier}",
                    f"def mijn_{identifier}(x: Stuk):",
                    f"    return x.auteur == caller.{identifier}",
                )
            ],
            "def na(d: date, n: int):",
            "    return d > days(today, n)",
        ]

    def condition(self, var: str, name: str, identifier: str, depth: int) -> str:
        """A predicate over the row called `var`."""
        rng = self.rng
        if depth > 0 and self._maybe(0.45):
            word = rng.choice((" and ", " or ", " or "))
            parts = [self.condition(var, name, identifier, depth - 1) for _ in range(2)]
            return f"({word.join(parts)})"
        if depth > 0 and self._maybe(0.12):
            return f"not {self.condition(var, name, identifier, depth - 1)}"
        many = self.layout.walks(name)
        if depth > 0 and many and self._maybe(0.4):
            return self._any(var, name, identifier, depth)
        return self._plain(var, name, identifier)

    def _any(self, var: str, name: str, identifier: str, depth: int) -> str:
        inner = f"{var}{self.rng.choice('abcd')}"
        link = self.rng.choice(self.layout.walks(name))
        path, target = [link], LINKS[name, link].target
        further = self.layout.walks(target)
        if further and self._maybe(0.35):
            path.append(self.rng.choice(further))
            target = LINKS[target, path[-1]].target
        below = target in {"Persoon", "Zaak"} and target != name and name in {"Stuk", "Partij", "Zaak"}
        if below and var == "X" and (target == "Persoon" or name != "Zaak") and self._maybe(0.4):
            return f"any(granted({inner}) for {inner} in {var}.{'.'.join(path)})"
        condition = self.condition(inner, target, identifier, depth - 1)
        if {name, target} <= set(_SPANS) and self._maybe(0.4):
            condition = f"{condition} and overlapt({var}, {inner})"
        extra = f" if {self._plain(inner, target, identifier)}" if self._maybe(0.25) else ""
        return f"any({condition} for {inner} in {var}.{'.'.join(path)}{extra})"

    def _plain(self, var: str, name: str, identifier: str) -> str:
        rng = self.rng
        owner = var
        steps = [link for link in self.layout.walks(name) if not LINKS[name, link].many]
        if steps and self._maybe(0.25):
            link = rng.choice(steps)
            owner, name = f"{var}.{link}", LINKS[name, link].target
        forms: list[str] = []
        if identifier == "bsn":
            forms += [f"{owner}.client_key == caller.client_key"] * 4
        if name in CODED:
            column = rng.choice(CODED[name])
            own = f"{owner}.{column} == caller.{identifier}"
            forms += [own, own, own, f"{owner}.{column} in ('{rng.choice(ALL_CODES)}', '{rng.choice(ALL_CODES)}')"]
            if owner == var:
                forms += [f"mijn_{identifier}({var})"] * 3
        if name in TEXTUAL:
            column = rng.choice(TEXTUAL[name])
            forms += [f"{owner}.{column} {rng.choice(('==', '!=', '<'))} '{rng.choice(TEXTS)}'"]
            forms += [f"{owner}.{column} not in ('{rng.choice(TEXTS)}', '{rng.choice(TEXTS)}')"]
        if name in DATED:
            column = rng.choice(DATED[name])
            forms += [
                f"{owner}.{column} {rng.choice(('<=', '>=', '<', '>'))} today",
                f"today <= days({owner}.{column}, {rng.randint(0, 300)})",
                f"{owner}.{column} is {rng.choice(('', 'not '))}None",
                f"na({owner}.{column}, {rng.randint(-300, 100)})",
                f"coalesce({owner}.{column}, forever) > '{rng.choice(DAYS)}'",
            ]
        if name in _SPANS and owner == var:
            forms += [f"loopt({var})", f"venster({var})", f"eind({var}) >= today"]
        if name == "Stuk":
            forms += [f"date({owner}.moment) <= today"]
            if ("Stuk", "zaak") in self.layout.walked:
                forms += [f"min(date({owner}.moment), {owner}.zaak.opening) < today"]
        if name in _NUMBERS:
            column = rng.choice(_NUMBERS[name])
            forms += [f"{owner}.{column} + {rng.randint(0, 2)} >= {rng.randint(-1, 4)}", f"{owner}.{column} < 3"]
        if name == "Persoon":
            forms += [f"{owner}.geheim", f"not {owner}.geheim", f"not {owner}.geheim"]
        return rng.choice(forms)

    def _inputs(self) -> list[str]:
        operators = "and, or, eq, neq, in, nin, gt, ngt, gte, ngte, lt, nlt, lte, nlte, contains, ncontains, startsWith"
        kinds = ("String", "Uuid", "Date", "DateTime", "Int")
        lines = [
            "inputs:",
            "  equality: [eq]",
            "  transparent:",
            f"    - types: [{', '.join(f'{kind}OperationFilterInput' for kind in kinds)}]",
            f"      fields: [{operators}, nstartsWith, endsWith, nendsWith]",
            f"    - types: [{', '.join(f'ListFilterInputTypeOf{name}FilterInput' for name in ('Zaak', 'Stuk', 'Partij'))}]",
            "      fields: [all, none, some, any]",
            "  types:",
        ]
        for name in _TYPES:
            more = ", claims: {eigenAgb: agb}, ignored: [peildatum]" if name == "Zaak" else ""
            for kind, words in (("Filter", ", combinators: [and, or]" + more), ("Sort", "")):
                fields = self._overrides(name, kind)
                lines.append(
                    f"    {name}{kind}Input: {{reads: {self.layout.homes[name]}.{name}{words}, fields: {{{fields}}}}}"
                )
        return lines

    def _overrides(self, name: str, kind: str) -> str:
        """Input fields that read more than the field of their name."""
        found = {"persoon": "[Stuk.zaak, Zaak.persoon]"} if name == "Stuk" and self.layout.through else {}
        named = [column for column, held in TYPES[name].columns.items() if held not in {"bool", "uuid"}]
        column = self.rng.choice([column for column in named if kind == "Filter" or column in SORTED[name]])
        if self._maybe(0.2):
            other = self.rng.choice([member for member in TYPES[name].columns if member != column])
            found[column] = f"[{name}.{column}, {name}.{other}]"
        return ", ".join(f"{key}: {value}" for key, value in found.items())


def _members(name: str) -> list[str]:
    return [*TYPES[name].columns, *TYPES[name].links]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'
