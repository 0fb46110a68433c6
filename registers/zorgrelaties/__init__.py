"""The stream of zorgrelaties: what BR tells the other registers about who is involved with a client, and who keeps it.

    BR: change ─▶ publish ─▶ stroom.relaties ─▶ source ─▶ projector ─▶ zorgrelatie + projectie.stand of IR, LR, CR
                  relay ───▶ heartbeat ────────────────────▶ volledig_tot ─▶ registers.common.freshness

`stream` has the values and the interface of a source, `postgres` the one over PostgreSQL, `publish` what BR's side writes.
"""
