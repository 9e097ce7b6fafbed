"""Extracts of the systems around the billing's registers, each in its own format."""
