"""The register of inspections: who looked at whose data, as the decision journals of the gateways say."""
