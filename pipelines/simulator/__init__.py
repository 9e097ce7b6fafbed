"""A made-up Uzbek telecom operator: seeded, and written in the formats its source systems would use."""
