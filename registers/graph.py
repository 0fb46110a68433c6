"""The registers of the network, by name. A register is imported only when it is asked for: each runs on its own."""

from __future__ import annotations

from importlib import import_module

from registers.common.definition import RegisterDefinition

__all__ = ["CARE_REGISTERS", "REGISTERS", "register"]

CARE_REGISTERS = ("indicatie", "bemiddeling", "zorglevering", "client")
"""Those that hold care data, with history and outbox."""
REGISTERS = (*CARE_REGISTERS, "inzage")


def register(name: str) -> RegisterDefinition:
    """The definition of a register; KeyError for a name that is none of `REGISTERS`."""
    if name not in REGISTERS:
        raise KeyError(name)
    definition = import_module(f"registers.{name}.app").REGISTER
    assert isinstance(definition, RegisterDefinition)
    return definition
