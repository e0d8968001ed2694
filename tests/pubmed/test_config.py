"""Settings come from the environment or the user's file, and never show a secret."""

import copy
import pickle
import traceback

import pytest

from kb.pubmed.config import NCBI, Secret, config_file, load_settings
from kb.pubmed.errors import ConfigError


def test_nothing_given_means_ncbi_and_a_note(tmp_path):
    settings = load_settings({}, tmp_path / "none.toml")
    assert (settings.base_url, settings.per_second, settings.offline) == (NCBI, 3, False)
    assert settings.notes == (
        "NCBI asks for an email address: set KB_ENTREZ_EMAIL, so that they can write before they block.",
    )


def test_the_environment_goes_before_the_file(tmp_path):
    path = tmp_path / "entrez.toml"
    path.write_text('email = "file@x.example"\napi_key = "filekey"\nurl = "http://localhost:1/"\noffline = true\n')
    path.chmod(0o600)
    settings = load_settings({}, path)
    assert settings.email == Secret("file@x.example")
    assert settings.api_key == Secret("filekey")
    assert (settings.base_url, settings.offline, settings.per_second) == ("http://localhost:1/", True, 10)
    env = {"KB_ENTREZ_EMAIL": "env@x.example", "NCBI_API_KEY": "ncbi", "KB_ENTREZ_OFFLINE": "0"}
    settings = load_settings(env | {"KB_ENTREZ_URL": "https://mirror.example/eutils"}, path)
    assert settings.email == Secret("env@x.example")
    assert settings.api_key == Secret("ncbi")
    assert (settings.base_url, settings.offline) == ("https://mirror.example/eutils/", False)
    assert load_settings(env | {"KB_ENTREZ_API_KEY": "ours"}, path).api_key == Secret("ours")


def test_the_users_file_is_where_the_platform_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_file().name == "entrez.toml"
    assert config_file().parent.name == "kb-evidence"


def test_a_key_that_others_can_read_is_noted(tmp_path):
    path = tmp_path / "entrez.toml"
    path.write_text('api_key = "filekey"\n')
    path.chmod(0o644)
    assert any("other users may read it" in note for note in load_settings({}, path).notes)


def test_a_key_over_plain_http_is_noted(tmp_path):
    env = {"NCBI_API_KEY": "k", "KB_ENTREZ_URL": "http://mirror.example/"}
    assert any("unencrypted" in note for note in load_settings(env, tmp_path / "n").notes)
    assert not load_settings(env | {"KB_ENTREZ_URL": "http://127.0.0.1:9/"}, tmp_path / "n").notes


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"KB_ENTREZ_URL": "ftp://x.example"}, "KB_ENTREZ_URL is not an http or https address"),
        ({"KB_ENTREZ_URL": "https://me:s3cr3t@x.example"}, "KB_ENTREZ_URL must be a plain address"),
        ({"KB_ENTREZ_URL": "https://x.example/?api_key=s3cr3t"}, "KB_ENTREZ_URL must be a plain address"),
        ({"KB_ENTREZ_URL": "https://x.example:99999/"}, "KB_ENTREZ_URL is not an http"),
        ({"KB_ENTREZ_OFFLINE": "s3cr3t"}, "KB_ENTREZ_OFFLINE must be 1 or 0"),
        ({"KB_ENTREZ_TIMEOUT": "s3cr3t"}, "KB_ENTREZ_TIMEOUT must be a number"),
        ({"KB_ENTREZ_ATTEMPTS": "-1"}, "KB_ENTREZ_ATTEMPTS must be a number"),
    ],
)
def test_a_wrong_value_is_named_by_its_place_only(env, said, tmp_path):
    with pytest.raises(ConfigError, match=said) as error:
        load_settings(env, tmp_path / "none.toml")
    assert "s3cr3t" not in "".join(traceback.format_exception(error.value))


@pytest.mark.parametrize("text", ['api_key = "s3cr3t', "s3cr3t", 'key = "s3cr3t"', "api_key = 12345678", "\xff"])
def test_a_broken_file_is_named_without_its_text(text, tmp_path):
    path = tmp_path / "entrez.toml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ConfigError, match=r"entrez\.toml") as error:
        load_settings({}, path)
    assert error.value.__context__ is None
    assert "s3cr3t" not in "".join(traceback.format_exception(error.value))


def test_patience_can_be_set(tmp_path):
    env = {"KB_ENTREZ_TIMEOUT": "3", "KB_ENTREZ_DEADLINE": "9.5", "KB_ENTREZ_ATTEMPTS": "2"}
    patience = load_settings(env, tmp_path / "n").patience
    assert (patience.connect, patience.read, patience.deadline, patience.attempts) == (3, 3, 9.5, 2)


def test_a_secret_is_not_written():
    secret = Secret("s3cr3t")
    assert "s3cr3t" not in f"{secret} {secret!r} {[secret]}"
    assert copy.deepcopy({"a": secret})["a"] == secret
    with pytest.raises(TypeError):
        pickle.dumps(secret)
