"""What of a question no grant could give this asker, worked out by the file alone: no row is looked at.

Where an anchored grant would give something that is asked at a root, what the root has to pin is told; else the scope that is
missing, where a scope is; else nothing: the role does not get it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.properties.authorization.model import LINKS, ROOTS, Link
from tests.properties.authorization.reading import Pins, Sight, counts

__all__ = ["Refusal", "Selection", "at_roots", "linked", "refusals"]


@dataclass
class Selection:
    """A field as it is meant: fragments, literals and variables are matters of writing. `where` and `order` are absent when None."""

    key: str
    name: str
    where: Mapping[str, Any] | None = None
    order: Sequence[Mapping[str, Any]] | None = None
    children: list[Selection] = field(default_factory=list["Selection"])
    included: bool = True


@dataclass(frozen=True)
class Refusal:
    """`place` is the selection that would have to go (by `id`)."""

    coordinate: str
    scope: str | None
    needs: tuple[str, ...]
    place: int


def refusals(sight: Sight, selections: list[Selection]) -> list[Refusal]:
    """All of them, in the order of the question; a coordinate may be refused at several places."""
    found: list[Refusal] = []
    for root in selections:
        if root.included:
            found += _Judge(sight).root(root)
    return found


def linked(name: str, link: str) -> Link | None:
    """A link as filters and sorts know it: the person of a paper is behind its case."""
    return LINKS["Zaak", "persoon"] if (name, link) == ("Stuk", "persoon") else LINKS.get((name, link))


def at_roots(sight: Sight, selections: list[Selection], gone: frozenset[int]) -> bool:
    """Whether something is refused of what a root itself gives, links left aside. `gone`: what is left out before."""
    for root in selections:
        children = [child for child in root.children if not child.children and id(child) not in gone]
        plain = Selection(root.key, root.name, root.where, root.order, children or [Selection("_", "__typename")])
        if root.included and id(root) not in gone and any(_Judge(sight).root(plain)):
            return True
    return False


@dataclass
class _Judge:
    sight: Sight

    def root(self, root: Selection) -> Iterator[Refusal]:
        name = ROOTS[root.name]
        pins: Pins = self.sight.grants.pins(name, root.where)
        held = [grant for grant, _ in self.sight.held.get(name, ())]
        if held and not self.sight.giving(name, pins):
            # It could be asked with other pins. What those would give is not refused as well.
            yield Refusal(f"Query.{root.name}", None, _fewest(held), id(root))
            pins = frozenset(pin for grant in held for pin in _anchor(grant))
        yield from self._inputs(name, root, pins)
        yield from self._beneath("Query", name, root, pins)

    def _beneath(self, owner: str, name: str, selection: Selection, pins: Pins) -> Iterator[Refusal]:
        found = [issue for child in selection.children if child.included for issue in self._field(name, child, pins)]
        yield from found
        if not self.sight.giving(name, pins):
            # Nobody shows this type here, be it only `__typename`. What is refused under it says that already.
            refusal = self._untold(f"{owner}.{selection.name}", name, None, pins, selection)
            yield refusal if not found else Refusal("", None, (), id(selection))

    def _field(self, owner: str, selection: Selection, pins: Pins) -> Iterator[Refusal]:
        if selection.name == "__typename":
            return
        yield from self._read(f"{owner}.{selection.name}", pins, selection)
        if selection.children:
            target = LINKS[owner, selection.name].target
            yield from self._inputs(target, selection, None)
            yield from self._beneath(owner, target, selection, None)

    def _inputs(self, name: str, selection: Selection, pins: Pins) -> Iterator[Refusal]:
        """Filtering and sorting is reading; and who may see nothing behind a link may not even count what is there."""
        reads = list(self._filter(name, selection.where or {}, pins))
        reads += [read for entry in selection.order or () for read in self._sort(name, entry, pins)]
        for coordinate, place in reads:
            found = list(self._read(coordinate, place, selection))
            yield from found
            owner, _, member = coordinate.partition(".")
            link = LINKS.get((owner, member))
            if found or link is None or self.sight.giving(link.target, None):
                continue
            if not any(other.startswith(f"{link.target}.") for other, _ in reads):
                yield self._untold(coordinate, link.target, None, None, selection)

    def _filter(self, name: str, where: Mapping[str, Any], pins: Pins) -> Iterator[tuple[str, Pins]]:
        for part, value in where.items():
            if part in {"and", "or"}:
                for inner in value or ():
                    yield from self._filter(name, inner, pins)
                continue
            yield from self._own(name, self.sight.grants.reads(f"{name}FilterInput", part), pins)
            link = linked(name, part)
            if link is None or value is None:
                continue
            inside = [value]
            if link.many:
                inside = [inner for quantifier, inner in value.items() if quantifier != "any" and inner is not None]
            for inner in inside:
                yield from self._filter(link.target, inner, None)

    def _sort(self, name: str, entry: Mapping[str, Any], pins: Pins) -> Iterator[tuple[str, Pins]]:
        for part, value in entry.items():
            yield from self._own(name, self.sight.grants.reads(f"{name}SortInput", part), pins)
            link = linked(name, part)
            if isinstance(value, Mapping) and link is not None:
                yield from self._sort(link.target, value, None)

    def _own(self, name: str, coordinates: list[str], pins: Pins) -> Iterator[tuple[str, Pins]]:
        """What an input field reads: of the row itself, or of one that it leads to."""
        for coordinate in coordinates:
            yield coordinate, pins if coordinate.startswith(f"{name}.") else None

    def _read(self, coordinate: str, pins: Pins, selection: Selection) -> Iterator[Refusal]:
        name, _, member = coordinate.partition(".")
        if member not in self.sight.reach(name, pins):
            yield self._untold(coordinate, name, member, pins, selection)

    def _untold(self, coordinate: str, name: str, member: str | None, pins: Pins, selection: Selection) -> Refusal:
        """A refusal with its reason: another pin (at a root), a scope, or none that helps."""
        contributed = (name, member) in self.sight.grants.layout.contributed
        listing = self._listing(name, member, at_home=not contributed)
        if contributed and any(map(self.sight.holds, listing)):
            # It would be given, if the row were seen at home.
            listing = self._listing(name, None, at_home=True)
        held = [grant for grant in listing if self.sight.holds(grant)]
        pinning = [grant for grant in held if "anchored" in grant]
        if pins is not None and pinning:
            return Refusal(coordinate, None, _anchor(pinning[0]), id(selection))
        lacking = [grant for grant in listing if grant not in held and (pins is not None or counts(grant, None))]
        scope = self.sight.grants.scopes_of(lacking[0])[0] if lacking else None
        return Refusal(coordinate, scope, (), id(selection))

    def _listing(self, name: str, member: str | None, *, at_home: bool) -> list[Mapping[str, Any]]:
        """The grants of the role that give a field (None: any) of a type, at its home or elsewhere."""
        grants = self.sight.grants
        found = [g for g in grants.of_role(self.sight.role) if g["type"].partition(".")[2] == name]
        return [g for g in found if grants.at_home(g) is at_home and member in {None, *grants.fields_of(g)}]


def _anchor(grant: Mapping[str, Any]) -> tuple[str, ...]:
    anchored = grant["anchored"]
    return (anchored,) if isinstance(anchored, str) else tuple(anchored)


def _fewest(grants: list[dict[str, Any]]) -> tuple[str, ...]:
    return min((_anchor(grant) for grant in grants), key=len)
