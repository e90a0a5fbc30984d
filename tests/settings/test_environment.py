"""What of the environment goes to processes that read other people's files."""

from __future__ import annotations

import pytest

from musicdata.settings import environment
from musicdata.settings.service import key_names

PLAIN = {
    "PATH": "/usr/bin",
    "HOME": "/home/me",
    "LC_ALL": "C.UTF-8",
    "TZ": "Europe/Vienna",
    "PYTHONPATH": "/here",
    "MUSICDATA_HOME": "/data",
    "OMP_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "0",
}
KEYS = [
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "HUGGING_FACE_HUB_TOKEN", "GITHUB_TOKEN"),
    *("OPENAI_API_KEY", "GH_PAT", "DATABASE_URL", "PGPASSWORD", "SSH_AUTH_SOCK", "GOOGLE_APPLICATION_CREDENTIALS"),
    *("MUSICDATA_ADMIN_TOKEN", "PYTHON_KEYRING_SECRET", "XDG_API_KEY", "CONDA_TOKEN", "TORCH_PASSWORD", "NETRC"),
    *("LC_COOKIE", "MUSICDATA_Auth", "KUBECONFIG", "npm_config_token", "AZURE_CLIENT_SECRET", "_MY_KEY"),
]


@pytest.mark.parametrize("made_for", [environment.for_workers, environment.for_downloads])
def test_no_key_of_anybody_is_passed_on(made_for: object) -> None:
    told = PLAIN | {name: f"canary-{name}" for name in (*key_names(), *KEYS)}
    passed = made_for(told)  # type: ignore[operator]  # one of two functions of the same kind
    assert set(passed) <= set(PLAIN)
    assert {"PATH", "HOME", "LC_ALL", "TZ", "PYTHONPATH", "MUSICDATA_HOME"} <= set(passed)
    assert "canary" not in str(passed)


def test_a_key_inside_another_value_takes_that_along() -> None:
    told = PLAIN | {"SPOTIFY_CLIENT_SECRET": "0123456789abcdef", "MUSICDATA_URL": "http://x/?k=0123456789abcdef"}
    assert environment.for_workers(told) == PLAIN


def test_a_variable_of_a_plug_in_is_passed_where_it_is_named() -> None:
    told = PLAIN | {"POEMS_FOLDER": "/poems", "HF_TOKEN": "canary", "MUSICDATA_PASS": "POEMS_FOLDER, HF_TOKEN,ABSENT"}
    passed = environment.for_workers(told)
    assert passed["POEMS_FOLDER"] == "/poems"
    assert "HF_TOKEN" not in passed


def test_downloads_know_the_way_to_the_network_and_workers_do_not() -> None:
    told = PLAIN | {"https_proxy": "http://me:hidden@proxy:3128", "SSL_CERT_FILE": "/certs"}
    assert environment.for_workers(told) == PLAIN
    assert environment.for_downloads(told)["https_proxy"] == "http://me:hidden@proxy:3128"
