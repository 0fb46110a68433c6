-- What tells a stream that went back from the one that was followed. A backup that is put back has the same stream and, soon, the
-- same positions, with other events at them; kenmerk is never the same twice, so who took an event knows it again.
ALTER TABLE stroom.relaties ADD COLUMN kenmerk uuid NOT NULL DEFAULT gen_random_uuid();

-- Up to where the outbox has been published: transactie and volgnummer together. A transaction that is not finished yet has lower
-- numbers than changes that are there already, so volgnummer alone would pass it by.
ALTER TABLE stroom.stand ADD COLUMN transactie xid8 NOT NULL DEFAULT '0';
GRANT UPDATE (transactie) ON stroom.stand TO "{prefix}_relay";
GRANT SELECT (transactie, aggregaat_id, aggregaat_versie) ON outbox TO "{prefix}_relay";
