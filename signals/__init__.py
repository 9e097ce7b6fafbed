"""Rules over customers, decisions on them, and scores; built on segment conditions."""
