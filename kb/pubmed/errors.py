"""What can go wrong between here and PubMed, said without a secret."""

from __future__ import annotations

from kb.problems import KbError


class ConfigError(KbError):
    """The settings for Entrez cannot be used.

    Parameters
    ----------
    where
        The variable or the file.
    reason
        What is wrong with it; never its value.
    """

    def __init__(self, where: str, reason: str) -> None:
        self.where, self.reason = where, reason
        super().__init__(f"{where} {reason}")


class EntrezError(KbError):
    """A request to Entrez failed and trying again did not help, or would not.

    Parameters
    ----------
    call
        The E-utility, e.g. ``efetch``.
    reason
        What happened, with neither URL nor secrets.
    ids
        How many ids were asked for.
    status
        HTTP status, when there was one.
    attempts
        How often it was tried.
    advice
        What to do, in one sentence.

    Examples
    --------
    >>> print(EntrezError("efetch", "HTTP 503", ids=200, status=503, attempts=5, advice="Try again later."))
    PubMed efetch of 200 ids failed after 5 attempts: HTTP 503. Try again later.
    """

    def __init__(
        self, call: str, reason: str, *, ids: int = 0, status: int | None = None, attempts: int = 1, advice: str = ""
    ) -> None:
        self.call, self.reason, self.ids, self.status, self.attempts = call, reason, ids, status, attempts
        self.advice = advice
        asked = f" of {ids} id{'s' * (ids != 1)}" if ids else ""
        tried = f" after {attempts} attempts" if attempts > 1 else ""
        super().__init__(f"PubMed {call}{asked} failed{tried}: {reason}. {advice}".rstrip())


class OfflineError(EntrezError):
    """PubMed cannot be reached from here, or must not be asked; the snapshot can still be used.

    Examples
    --------
    >>> print(OfflineError("esearch", "KB_ENTREZ_OFFLINE is set"))
    PubMed cannot be asked (KB_ENTREZ_OFFLINE is set), so the snapshot in evidence/pubmed is what there is.
    """

    def __init__(self, call: str, reason: str, *, ids: int = 0, attempts: int = 0) -> None:
        advice = "Check the connection, or use the snapshot."
        super().__init__(call, reason, ids=ids, attempts=attempts, advice=advice)
        self.args = (f"PubMed cannot be asked ({reason}), so the snapshot in evidence/pubmed is what there is.",)
