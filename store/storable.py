"""Text from outside as every database takes it."""


def storable(text: str, limit: int | None = None) -> str:
    """`text` without what PostgreSQL refuses (NUL, names of files that are no Unicode), cut to `limit`.

    A text that is cut keeps its end: the end of a path tells more than its beginning.
    """
    clean = text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return clean if limit is None or len(clean) <= limit else "…" + clean[1 - limit :]
