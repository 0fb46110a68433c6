"""The iWlz network on one machine: participants, certificates, an embedded PostgreSQL and a supervisor of processes."""
