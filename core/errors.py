"""Refusals a person can act on. Every other exception is a bug: let it surface."""


class Refusal(Exception):
    """The house said no. `message` is a text to translate, `details` fill its blanks."""

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message.format(**details))
        self.message = message
        self.details = details


class NotFound(Refusal):
    """The record is not there, no longer, or not for this person's eyes."""


class NotAllowed(Refusal):
    """This person may see it but not do it."""


class Invalid(Refusal):
    """A value given cannot be right; the message says which and how to mend it."""
