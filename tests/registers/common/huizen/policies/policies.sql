-- A resident sees the own houses; an agent sees every house and room, and no resident but those called Jan.
DO $$ DECLARE caller text; BEGIN
  FOREACH caller IN ARRAY ARRAY['bewoner', 'makelaar'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_' || caller) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', '{prefix}_' || caller);
    END IF;
    EXECUTE format('GRANT %I TO "{prefix}_app"', '{prefix}_' || caller);
  END LOOP;
END $$;
GRANT SELECT ON bewoner, kleur, huis, kamer TO "{prefix}_bewoner", "{prefix}_makelaar";
ALTER TABLE bewoner ENABLE ROW LEVEL SECURITY;
ALTER TABLE huis ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own ON bewoner;
DROP POLICY IF EXISTS own ON huis;
DROP POLICY IF EXISTS jan ON bewoner;
DROP POLICY IF EXISTS every ON huis;
CREATE POLICY own ON bewoner TO "{prefix}_bewoner"
  USING (client_key = nullif(current_setting('caller.client_key', true), '')::uuid);
CREATE POLICY own ON huis TO "{prefix}_bewoner"
  USING (client_key = nullif(current_setting('caller.client_key', true), '')::uuid);
CREATE POLICY jan ON bewoner TO "{prefix}_makelaar" USING (naam = 'Jan');
CREATE POLICY every ON huis TO "{prefix}_makelaar"
  USING (strpos(current_setting('caller.scopes', true), ' huizen:read ') > 0);
