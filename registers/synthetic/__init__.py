"""A synthetic care network: invented clients whose records agree with each other over all registers.

`stream` is the source of chance, one per client; `dossier` collects the rows of one client; `person`, `indicatie`,
`bemiddeling`, `zorglevering` and `clientregister` write their part of it; `story` tells an ordinary life with them and
`edge_stories` the named ones; `relaties` projects who is involved; `network` hands out whole networks, `load` copies them
into databases. Nothing here reads real data: persons, addresses and providers are invented, BSNs are test numbers.
"""
