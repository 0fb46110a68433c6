-- From a record of a journal to inzagen: a row for each person whose data were in an answer.
--
-- A person is known by a field that names one, else by the records: those of other registers, and inzagen themselves, since looking at
-- who looked is looking too. Ids follow from the content, so a record that is shipped twice is one inzage.

-- The key of a person, from its hash in a journal; null for what is no such hash.
CREATE FUNCTION sleutel(hash text) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN hash ~ '^[0-9a-f]{64}$' THEN left(hash, 32)::uuid END;

CREATE FUNCTION leid_inzagen_af(instance text, sequence bigint, kind text, persons text[], line text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    record    jsonb := line::jsonb;
    caller    jsonb := record -> 'caller';
    asked     jsonb := record -> 'operation';
    own       uuid := sleutel(caller #>> '{identifiers,bsn}');
    code      text;
    naam      text;
    registers text[] := ARRAY(SELECT jsonb_array_elements_text(record -> 'registers'));
    gegevens  text[] := ARRAY(SELECT jsonb_array_elements_text(asked -> 'coordinates'));
    grondslag text[] := ARRAY(SELECT jsonb_array_elements_text(asked -> 'grants'));
    vraag     uuid := left(encode(sha256(convert_to(array_to_json(registers)::text || array_to_json(gegevens)::text
                        || array_to_json(grondslag)::text, 'UTF8')), 'hex'), 32)::uuid;
    seen      uuid[];
BEGIN
    -- A caller without a token sees nothing of a person; what was refused was not seen.
    IF kind NOT IN ('request', 'event') OR record ->> 'result' <> 'success' 
        OR jsonb_typeof(caller) IS DISTINCT FROM 'object' OR jsonb_typeof(asked) IS DISTINCT FROM 'object' THEN
        RETURN;
    END IF;
    seen := ARRAY(
        SELECT sleutel(person) FROM unnest(persons) AS person WHERE sleutel(person) IS NOT NULL
        UNION
        SELECT found.client_key
          FROM jsonb_each(coalesce(record -> 'records', '{}')) AS type, jsonb_array_elements_text(type.value) AS id
          JOIN LATERAL (
              SELECT v.client_key FROM vindplaats v WHERE v.record_id = id::uuid
              UNION ALL
              SELECT i.client_key FROM inzage i WHERE i."inzageID" = id::uuid
          ) AS found ON true
         WHERE CASE WHEN id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN true END
    );
    IF cardinality(seen) = 0 THEN
        RETURN;
    END IF;
    IF NOT caller -> 'identifiers' ? 'bsn' THEN
        SELECT kept.key || ':' || kept.value INTO code FROM jsonb_each_text(caller -> 'identifiers') AS kept ORDER BY 1 LIMIT 1;
        SELECT partij.naam INTO naam FROM partij WHERE partij.partijcode = code;
    END IF;
    INSERT INTO inzagevraag SELECT person, vraag, registers, gegevens, grondslag FROM unnest(seen) AS person
        ON CONFLICT DO NOTHING;
    INSERT INTO inzage
        SELECT person,
               left(encode(sha256(convert_to(concat_ws(' ', instance, sequence, person), 'UTF8')), 'hex'), 32)::uuid,
               (record ->> 'at')::timestamptz,
               CASE WHEN own = person THEN 'CLIENT' WHEN own IS NOT NULL THEN 'VERTEGENWOORDIGER'
                    ELSE coalesce(caller ->> 'role', 'ONBEKEND') END,
               code, naam, record ->> 'purpose',
               CASE kind WHEN 'event' THEN 'ABONNEMENT' ELSE 'RAADPLEGING' END,
               vraag
          FROM unnest(seen) AS person
        ON CONFLICT DO NOTHING;
END $$;

-- The gateway's role adds records and has no other right here: what follows from them is written as the owner.
CREATE FUNCTION bij_verzending() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM leid_inzagen_af(NEW.instance, NEW.sequence, NEW.kind, NEW.persons, NEW.line);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION sleutel(text), leid_inzagen_af(text, bigint, text, text[], text), bij_verzending() FROM PUBLIC;
CREATE TRIGGER bij_verzending AFTER INSERT ON audit_record FOR EACH ROW EXECUTE FUNCTION bij_verzending();

-- What was shipped before.
SELECT leid_inzagen_af(instance, sequence, kind, persons, line) FROM audit_record ORDER BY at, instance, sequence;
