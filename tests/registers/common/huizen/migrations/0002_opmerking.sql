COMMENT ON TABLE huis IS 'of {prefix}';
