"""The data of the plain register, dealt over three that make one graph.

    personen: Persoon              zaken: Zaak, Partij            stukken: Stuk
      a copy of betrokkene           adds Persoon.zaken             adds Zaak.stukken
                                     Zaak.persoon ─▶ personen       Stuk.zaak ─▶ zaken, a copy of betrokkene

`Betrokkene` is of `zaken`; the others keep copies, on which only their row policies look and which may grow stale.
"""
