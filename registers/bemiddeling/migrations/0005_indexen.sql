-- Steps along an id always name the person too: one index answers both, instead of two that are laid over each other.
CREATE INDEX ON bemiddelingspecificatie ("bemiddelingID", client_key);
DROP INDEX "bemiddelingspecificatie_bemiddelingID_idx";
