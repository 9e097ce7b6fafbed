"""What people saved: segments in versions, uploaded lists, and both as documents refer to them."""

from segments.saved.errors import ConflictError, ForbiddenError, UnknownError
from segments.saved.lists import Upload, UploadedLists
from segments.saved.references import StoreReferences
from segments.saved.saving import Saved
from segments.saved.segments import Opened, SavedSegments

__all__ = [
    "ConflictError",
    "ForbiddenError",
    "Opened",
    "Saved",
    "SavedSegments",
    "StoreReferences",
    "UnknownError",
    "Upload",
    "UploadedLists",
]
