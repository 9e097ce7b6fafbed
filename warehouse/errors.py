"""Failures a person can mend by changing what they gave us."""


class InputError(Exception):
    """Bad input: the message names the file, the line or the path of the node. The command line exits with 2."""
