-- A line that is not as a gateway writes it stops nobody: what can be read of it counts, and the rest gives no inzage.
--
-- The line itself stays as it came. jsonb has no U+0000, so that is read as U+FFFD; a value of another kind than expected is read as
-- none. Only what is wrong with the line is passed over: a full disk or a lock is still an error, and shipping tries again.

CREATE FUNCTION gelezen(line text) RETURNS jsonb LANGUAGE sql IMMUTABLE
    RETURN regexp_replace(line, '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g')::jsonb;

CREATE FUNCTION tekst(value jsonb) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN jsonb_typeof(value) = 'string' THEN value #>> '{}' END;

CREATE FUNCTION object(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN jsonb_typeof(value) = 'object' THEN value ELSE '{}' END;

CREATE FUNCTION teksten(value jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE
    RETURN ARRAY(
        SELECT tekst(element)
          FROM jsonb_array_elements(CASE WHEN jsonb_typeof(value) = 'array' THEN value ELSE '[]' END) AS element
         WHERE jsonb_typeof(element) = 'string'
    );

CREATE OR REPLACE FUNCTION leid_inzagen_af(instance text, sequence bigint, kind text, persons text[], line text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    record    jsonb;
    caller    jsonb;
    asked     jsonb;
    known_by  jsonb;
    own       uuid;
    code      text;
    naam      text;
    registers text[];
    gegevens  text[];
    grondslag text[];
    vraag     uuid;
    seen      uuid[];
BEGIN
    IF kind NOT IN ('request', 'event') THEN
        RETURN;
    END IF;
    record := gelezen(line);
    caller := record -> 'caller';
    asked := record -> 'operation';
    -- A caller without a token sees nothing of a person; what was refused was not seen.
    IF tekst(record -> 'result') IS DISTINCT FROM 'success'
        OR jsonb_typeof(caller) IS DISTINCT FROM 'object' OR jsonb_typeof(asked) IS DISTINCT FROM 'object' THEN
        RETURN;
    END IF;
    seen := ARRAY(
        SELECT sleutel(person) FROM unnest(persons) AS person WHERE sleutel(person) IS NOT NULL
        UNION
        SELECT found.client_key
          FROM jsonb_each(object(record -> 'records')) AS type, unnest(teksten(type.value)) AS id
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
    registers := teksten(record -> 'registers');
    gegevens := teksten(asked -> 'coordinates');
    grondslag := teksten(asked -> 'grants');
    vraag := left(encode(sha256(convert_to(array_to_json(registers)::text || array_to_json(gegevens)::text
                || array_to_json(grondslag)::text, 'UTF8')), 'hex'), 32)::uuid;
    known_by := object(caller -> 'identifiers');
    own := sleutel(tekst(known_by -> 'bsn'));
    IF NOT known_by ? 'bsn' THEN
        SELECT kept.key || ':' || tekst(kept.value) INTO code
          FROM jsonb_each(known_by) AS kept WHERE jsonb_typeof(kept.value) = 'string' ORDER BY 1 LIMIT 1;
        SELECT partij.naam INTO naam FROM partij WHERE partij.partijcode = code;
    END IF;
    INSERT INTO inzagevraag SELECT person, vraag, registers, gegevens, grondslag FROM unnest(seen) AS person
        ON CONFLICT DO NOTHING;
    INSERT INTO inzage
        SELECT person,
               left(encode(sha256(convert_to(concat_ws(' ', instance, sequence, person), 'UTF8')), 'hex'), 32)::uuid,
               (record ->> 'at')::timestamptz,
               CASE WHEN own = person THEN 'CLIENT' WHEN own IS NOT NULL THEN 'VERTEGENWOORDIGER'
                    ELSE coalesce(tekst(caller -> 'role'), 'ONBEKEND') END,
               code, naam, tekst(record -> 'purpose'),
               CASE kind WHEN 'event' THEN 'ABONNEMENT' ELSE 'RAADPLEGING' END,
               vraag
          FROM unnest(seen) AS person
        ON CONFLICT DO NOTHING;
EXCEPTION
    WHEN data_exception OR not_null_violation OR program_limit_exceeded THEN
        RETURN;
END $$;

REVOKE ALL ON FUNCTION gelezen(text), tekst(jsonb), object(jsonb), teksten(jsonb) FROM PUBLIC;
