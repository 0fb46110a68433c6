"""Writes the Cliëntregister's part: the profile of a person, one for every client of the network.

It describes the same contacts and contact persons as BR; each row keeps who registered it (`bronhouder`: the code of an
office or provider, or `client`), and whether it is secret (COD260).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from registers.synthetic.bemiddeling import contact_fields, relation_fields
from registers.synthetic.dossier import Dossier
from registers.synthetic.person import Person
from registers.synthetic.stream import Stream, Weighted

__all__ = ["BY_THE_CLIENT", "profile"]

BY_THE_CLIENT = "client"
"""The `bronhouder` of what clients registered themselves; never their BSN."""

_PREFERENCE = Weighted[str | None]((None, 25), ("1", 45), ("2", 22), ("3", 8))


def profile(dossier: Dossier, person: Person, holder: str, recorded: datetime, *, id: UUID | None = None) -> UUID:
    """Write the profile; `holder` is the code of the party that registered it (UZOVI or AGB)."""
    stream = dossier.stream
    key = id or stream.uuid()
    dossier.add(
        "client",
        "clientprofiel",
        {
            "clientprofielID": key,
            "bsn": dossier.bsn,
            "leefeenheid": person.household,
            "huisarts": person.gp,
            "communicatievorm": person.communication,
            "taal": person.language,
            "voorkeurContactwijze": _PREFERENCE.pick(stream),
            "bronhouder": holder,
            "vaststellingMoment": recorded,
        },
    )
    for contact in person.contacts:
        dossier.add(
            "client",
            "clientprofielcontactgegevens",
            {
                "clientprofielContactgegevensID": stream.uuid(),
                **contact_fields(contact),
                "bronhouder": _holder(stream, holder),
                "geheim": "1" if person.secret else "2",
                "clientprofielID": key,
            },
        )
    for relation in person.relations:
        relation_key = stream.uuid()
        dossier.add(
            "client",
            "clientprofielcontactpersoon",
            {
                "clientprofielContactpersoonID": relation_key,
                **relation_fields(relation),
                "bronhouder": _holder(stream, holder),
                "clientprofielID": key,
            },
        )
        for contact in relation.contacts:
            dossier.add(
                "client",
                "clientprofielcontactpersooncontactgegevens",
                {
                    "clientprofielContactpersoonContactgegevensID": stream.uuid(),
                    **contact_fields(contact),
                    "bronhouder": _holder(stream, holder),
                    "geheim": None,
                    "clientprofielContactpersoonID": relation_key,
                },
            )
    return key


def _holder(stream: Stream, holder: str) -> str:
    """Clients register some of their data themselves."""
    return BY_THE_CLIENT if stream.chance(0.15) else holder
