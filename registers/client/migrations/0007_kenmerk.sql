-- By what the event at `positie` is known (stroom.relaties.kenmerk); null before the first one, and where its source has no such thing.
ALTER TABLE projectie.stand ADD COLUMN kenmerk uuid;
