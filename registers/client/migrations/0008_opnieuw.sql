-- The projector may begin anew (`registers relations NAME --anew`): it forgets the versions that it knew with the relations that it kept.
GRANT DELETE ON projectie.aggregaat TO "{prefix}_projector";
