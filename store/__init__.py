"""Operational store: what people and rules decide. The only place with SQLAlchemy statements."""
