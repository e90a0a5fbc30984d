"""Where calls may lead, whoever names the address: an answer, a redirect, a name that changes what it stands for."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import pytest

from musicdata.settings.reach import Reach, place_of, unpacked
from musicdata.settings.service import SERVICES, Address, Service
from musicdata.settings.services import WORLD, Services
from musicdata.system.http import BorrowedSession, Client, HttpError, Limits, Outcome
from musicdata.system.http.addresses import is_public
from tests.loopback import Loopback, message, says, serving

QUICK = Limits(attempts=1, deadline_s=3.0, stall_s=1.0)
OK = message(200, b"inside")

INSIDE = [
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("224.0.0.1", "239.255.255.250", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::"),
    *("fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "::ffff:127.0.0.1", "not one"),
    *("::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::a00:1"),
    *("2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::", "2001:db8::1", "198.51.100.7"),
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2a00:1450:4001::1"]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_of_the_internet_are_known(address: str) -> None:
    assert is_public(address)


def test_a_host_is_its_name_and_what_is_below_it() -> None:
    reach = Reach(("example.org",), frozenset({("localhost", 8080)}))
    for host in ("example.org", "cdn.example.org", "EXAMPLE.org."):
        assert reach.permits(host, 443)
    for host in ("example.org.evil.net", "notexample.org", "example.com", "127.0.0.1", "org", ""):
        assert not reach.permits(host, 443)
    assert reach.permits("localhost", 8080)
    assert not reach.permits("localhost", 8081)
    assert unpacked(reach.packed()) == reach
    assert not unpacked({}).permits("example.org", 443)


def test_a_service_reaches_its_own_hosts_and_what_the_user_named() -> None:
    world = Services().reach("lrclib")
    assert world == Reach(("lrclib.net",))
    here = Services({**WORLD, "lrclib": "http://127.0.0.1:9/api/"}).reach("lrclib")
    assert here.places == {("127.0.0.1", 9)}
    assert not Services({**WORLD, "lrclib": "http://127.0.0.1:9/api/"}).reach("musixmatch").places
    own = Service("reviews", "R", "reviews", addresses=(Address("reviews", "https://reviews.example/", "R_URL"),))
    services = Services({"reviews": "https://reviews.example/"}, known=(*SERVICES, own))
    assert services.reach("reviews") == Reach(("reviews.example",))


@pytest.mark.parametrize("service", [service for service in SERVICES if service.addresses], ids=lambda one: one.name)
def test_every_service_reaches_its_addresses(service: Service) -> None:
    for address in service.addresses:
        if place := place_of(address.url):
            assert Services().reach(address.name).permits(*place)


def asked(server: Loopback) -> list[str]:
    return [one.target for one in server.asked]


def refused(client: Client | BorrowedSession, url: str) -> HttpError:
    with pytest.raises(HttpError) as caught:
        client.request("GET", url)
    assert caught.value.outcome is Outcome.INVALID
    return caught.value


def test_redirects_lead_to_hosts_of_the_list_only() -> None:
    with serving({"/b": says(OK)}) as inside:
        port = inside.url.rpartition(":")[2]
        targets = [
            f"{inside.url}/b", f"http://localhost:{port}/b", f"http://[::ffff:127.0.0.1]:{port}/b", f"http://0:{port}/b",
            f"http://2130706433:{port}/b", f"http://0x7f.1:{port}/b", f"http://127.1:{port}/b", f"//127.0.0.1:{port}/b",
            f"http://lrclib.net@127.0.0.1:{port}/b", f"http://127.0.0.1:{port}/b#lrclib.net", "https://evil.example/b",
            f"http://127.0.0.1:{port}/lrclib.net", f"http://lrclib.net.evil.example:{port}/b", "http://169.254.169.254/b",
        ]  # fmt: skip
        for target in targets:
            with serving({"/a": says(message(302, Location=target))}) as server:
                place = place_of(server.url)
                assert place is not None
                with Client(QUICK, Reach(("lrclib.net",), frozenset({place}))) as client:
                    error = refused(client, f"{server.url}/a")
            assert error.reason == "forbidden_address", target
            assert asked(server) == ["/a"]
        assert asked(inside) == []


def test_a_place_that_the_user_named_redirects_within_itself() -> None:
    with serving({"/a": says(message(302, Location="/b")), "/b": says(OK)}) as server:
        place = place_of(server.url)
        assert place is not None
        with Client(QUICK, Reach((), frozenset({place}))) as client:
            assert client.request("GET", f"{server.url}/a").body == b"inside"


def resolver(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let every name stand for the first address, then for the next, and the last for ever."""
    names: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if not str(host).endswith(".example"):
            return real(host, port, *rest, **more)
        names.append(host)
        address = answers[min(len(names), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


def test_a_listed_name_that_stands_for_an_address_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, "127.0.0.1")
    with serving({"/b": says(OK)}) as inside:
        port = inside.url.rpartition(":")[2]
        with Client(QUICK, Reach(("service.example",))) as client:
            error = refused(client, f"http://service.example:{port}/b")
        with BorrowedSession(QUICK, Reach(("service.example",))) as session:
            refused(session, f"http://service.example:{port}/b")
        assert "127.0.0.1" in str(error)
        assert asked(inside) == []


def test_a_name_that_changes_what_it_stands_for_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = resolver(monkeypatch, "198.41.0.4", "127.0.0.1")  # public at first, then inside
    with serving({"/b": says(OK)}) as inside:
        port = inside.url.rpartition(":")[2]
        limits = Limits(attempts=1, deadline_s=1.0, stall_s=0.5)
        with Client(limits, Reach(("service.example",))) as client, pytest.raises(HttpError):
            client.request("GET", f"http://service.example:{port}/b")
        assert names == ["service.example"]
        assert asked(inside) == []


def test_a_release_far_away_does_not_lead_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a list: the address of a record is anywhere; what it leads to is public, unless it is not itself."""
    with serving({"/b": says(OK)}) as inside:
        with serving({"/a": says(message(302, Location=f"{inside.url}/b"))}) as server, Client(QUICK) as client:
            assert client.request("GET", f"{server.url}/a").body == b"inside"
            port = server.url.rpartition(":")[2]
            resolver(monkeypatch, "127.0.0.1", "198.41.0.4")  # connected to here, and public when it is looked at
            error = refused(client, f"http://far.example:{port}/a")
        assert error.reason == "forbidden_address"
        assert asked(inside) == ["/b"]


def test_a_library_s_session_calls_its_service_only() -> None:
    with serving({"/a": says(OK)}) as server:
        place = place_of(server.url)
        assert place is not None
        with BorrowedSession(QUICK, Reach((), frozenset({place}))) as session:
            assert session.request("GET", f"{server.url}/a").content == b"inside"
            assert refused(session, "https://evil.example/a").reason == "forbidden_address"
            assert refused(session, "http://127.0.0.1:9/a").reason == "forbidden_address"


GUARDED = """
import socket, sys, urllib.request
from musicdata.settings.reach import Reach
from musicdata.system.http.addresses import ProcessGuard
guard = ProcessGuard()
port = int(sys.argv[1])
if sys.argv[2]:
    guard.reach = Reach((), frozenset({("127.0.0.1", port)}))
def attempt(name, call):
    try:
        call()
        print(name, "through")
    except OSError as error:
        print(name, type(error).__name__, type(getattr(error, "reason", None)).__name__)
attempt("name", lambda: socket.create_connection(("127.0.0.1", port), 2).close())
attempt("number", lambda: socket.socket().connect(("127.0.0.1", port)))
attempt("urllib", lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/b", timeout=2).read())
attempt("mapped", lambda: socket.socket(socket.AF_INET6).connect(("::ffff:127.0.0.1", port)))
attempt("datagram", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.2", 53)))
attempt("other", lambda: socket.create_connection(("evil.example", 80), 2))
"""


@pytest.mark.parametrize("named", ["", "named"])
def test_a_guarded_process_reaches_what_is_named_and_nothing_else(named: str) -> None:
    with serving({"/b": says(OK)}) as server:
        port = server.url.rpartition(":")[2]
        command = [sys.executable, "-c", GUARDED, port, named]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        lines = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    through = {name for name, said in lines.items() if said == "through"}
    assert through == ({"name", "number", "urllib"} if named else set())
    assert all("ForbiddenAddressError" in said for name, said in lines.items() if name not in through), lines
