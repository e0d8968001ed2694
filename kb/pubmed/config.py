"""Who asks PubMed, where and how patiently: from the environment or the user's own file, never from a repository."""

from __future__ import annotations

import ipaddress
import os
import tomllib
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import platformdirs

from kb.pubmed.errors import ConfigError

NCBI = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
TOOL = "kb-evidence"
FILE = "entrez.toml"
_APP = "kb-evidence"
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
_KEYS = {"email": str, "tool": str, "api_key": str, "url": str, "offline": bool}


class Secret:
    """A text that no log, error, ``repr`` or pickle shows.

    Examples
    --------
    >>> key = Secret("0123456789abcdef")
    >>> print(key, f"{key}", repr(key), key.reveal()[:4])
    *** *** Secret(***) 0123
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other.reveal()

    def __hash__(self) -> int:
        return hash(self._text)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        message = "a secret is not written anywhere"
        raise TypeError(message)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait and how often to try; all times in seconds.

    Parameters
    ----------
    connect, read
        Limit for the connection, and for each wait for more of an answer.
    deadline
        Limit for one call with all its attempts.
    attempts
        How often a call is tried.
    base, cap
        First and longest back-off; the wait is drawn between 0 and twice as much each time (full jitter).
    longest_retry_after
        A longer Retry-After is cut to this.
    """

    connect: float = 10.0
    read: float = 60.0
    deadline: float = 240.0
    attempts: int = 5
    base: float = 0.5
    cap: float = 30.0
    longest_retry_after: float = 60.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How Entrez is asked.

    Parameters
    ----------
    email, tool, api_key
        What NCBI wants to know of who asks.
    base_url
        Where the E-utilities are, with a final slash.
    offline
        Refuse every request.
    patience
        Time limits and attempts.
    notes
        What the person should know about these settings, one sentence each.
    """

    email: Secret | None = None
    tool: Secret = field(default_factory=lambda: Secret(TOOL))
    api_key: Secret | None = None
    base_url: str = NCBI
    offline: bool = False
    patience: Patience = Patience()
    notes: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """Host name of the base URL."""
        return urllib.parse.urlsplit(self.base_url).hostname or ""

    @property
    def per_second(self) -> int:
        """Requests that NCBI allows in any second: 3, or 10 with a key."""
        return 10 if self.api_key else 3

    def redact(self, text: str) -> str:
        """Text of somebody else with our secrets taken out, plain or as they stand in a URL."""
        for secret in (self.api_key, self.email, self.tool):
            shown = secret.reveal() if secret else ""
            if shown and shown != TOOL:
                for form in {shown, urllib.parse.quote(shown), urllib.parse.quote_plus(shown)}:
                    text = text.replace(form, "***")
        return text


def config_file() -> Path:
    """The user's own file: ``entrez.toml`` with ``email``, ``tool``, ``api_key``, ``url``, ``offline``."""
    return platformdirs.user_config_path(_APP, appauthor=False) / FILE


def load_settings(environ: Mapping[str, str] | None = None, path: Path | None = None) -> Settings:
    """Settings from the environment, and from the user's file where the environment says nothing.

    Parameters
    ----------
    environ
        ``os.environ`` when left out.
    path
        The user's file when left out.

    Raises
    ------
    ConfigError
        For a value that cannot be used; it names the place, never the value.

    Examples
    --------
    >>> load_settings({"KB_ENTREZ_URL": "http://127.0.0.1:8080", "NCBI_API_KEY": "secret"}, Path("none.toml"))
    Settings(email=None, tool=Secret(***), api_key=Secret(***), base_url='http://127.0.0.1:8080/', ...)
    """
    env = os.environ if environ is None else environ
    path = config_file() if path is None else path
    given, notes = _read_file(path)

    def text(name: str, *variables: str) -> str:
        return next((env[v].strip() for v in variables if env.get(v, "").strip()), str(given.get(name, "")).strip())

    email, key = text("email", "KB_ENTREZ_EMAIL"), text("api_key", "KB_ENTREZ_API_KEY", "NCBI_API_KEY")
    tool = text("tool", "KB_ENTREZ_TOOL") or TOOL
    where = "KB_ENTREZ_URL" if env.get("KB_ENTREZ_URL", "").strip() else str(path)
    base_url = _checked_url(text("url", "KB_ENTREZ_URL") or NCBI, where)
    offline = _switch(env.get("KB_ENTREZ_OFFLINE"), default=bool(given.get("offline", False)))
    if base_url == NCBI and not email:
        notes += ("NCBI asks for an email address: set KB_ENTREZ_EMAIL, so that they can write before they block.",)
    if key and base_url.startswith("http:") and not is_loopback(urllib.parse.urlsplit(base_url).hostname or ""):
        notes += (f"The API key goes unencrypted over the network: {where} begins with http, not https.",)
    return Settings(
        email=Secret(email) if email else None,
        tool=Secret(tool),
        api_key=Secret(key) if key else None,
        base_url=base_url,
        offline=offline,
        patience=_patience(env),
        notes=notes,
    )


def _read_file(path: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the user's file says; nothing when there is none."""
    reason = ""
    given: dict[str, Any] = {}
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        mode = path.stat().st_mode
    except FileNotFoundError:
        return {}, ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason, mode = type(error).__name__, 0
    if reason:  # raised out here: the error above may hold the text of the file
        raise ConfigError(str(path), f"cannot be read as TOML ({reason})")
    for name, value in given.items():
        if name not in _KEYS:
            raise ConfigError(str(path), f"has an unknown entry '{name[:40]}': known are {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[name]):
            raise ConfigError(str(path), f"has an entry '{name}' that is not {_KEYS[name].__name__}")
    open_to_others = os.name == "posix" and "api_key" in given and mode & 0o077
    note = f"{path} holds an API key and other users may read it: chmod 600 it."
    return given, (note,) if open_to_others else ()


def _checked_url(url: str, where: str) -> str:
    try:
        parts = urllib.parse.urlsplit(url)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        bare = not (parts.username or parts.password or parts.query or parts.fragment)
    except ValueError:
        fine, bare = False, True
    if not bare:
        raise ConfigError(where, "must be a plain address, without user, password, question mark or hash")
    if not fine or any(c.isspace() or not c.isprintable() for c in url):
        raise ConfigError(where, f"is not an http or https address such as {NCBI}")
    return url.rstrip("/") + "/"


def _switch(value: str | None, *, default: bool) -> bool:
    if value is None:
        return default
    if value.strip().lower() not in _TRUE | _FALSE:
        raise ConfigError("KB_ENTREZ_OFFLINE", "must be 1 or 0")
    return value.strip().lower() in _TRUE


def _patience(env: Mapping[str, str]) -> Patience:
    """Patience with what ``KB_ENTREZ_TIMEOUT``, ``KB_ENTREZ_DEADLINE`` and ``KB_ENTREZ_ATTEMPTS`` change."""
    numbers: dict[str, float] = {}
    for name in ("TIMEOUT", "DEADLINE", "ATTEMPTS"):
        value = env.get(f"KB_ENTREZ_{name}", "").strip()
        if value:
            try:
                numbers[name] = float(value)
            except ValueError:
                numbers[name] = 0
            if not 0 < numbers[name] < 86_400:
                raise ConfigError(f"KB_ENTREZ_{name}", "must be a number above 0 (seconds, or attempts)")
    plain = Patience()
    read = numbers.get("TIMEOUT", plain.read)
    deadline, attempts = numbers.get("DEADLINE", plain.deadline), max(1, int(numbers.get("ATTEMPTS", plain.attempts)))
    return Patience(connect=min(plain.connect, read), read=read, deadline=deadline, attempts=attempts)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("eutils.ncbi.nlm.nih.gov")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
