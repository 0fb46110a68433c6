"""What all registers share: the ASGI shell, who calls, the SQL compiler, entities, the pool and the migrations."""
