import os
from pathlib import Path

import psutil
import pytest

from musicdata.system import memory


def test_the_machine_has_what_others_say_it_has_unless_a_group_has_less() -> None:
    assert 0 < memory.total_bytes() <= psutil.virtual_memory().total
    assert 0 < memory.left_bytes() <= memory.total_bytes()
    assert memory.reserve_bytes() >= 256 << 20


def test_a_process_is_as_large_as_others_say_and_one_that_ended_is_nothing() -> None:
    resident = psutil.Process().memory_info().rss
    assert memory.resident_bytes(os.getpid()) == pytest.approx(resident, rel=0.2)
    assert memory.resident_bytes(2**22 + 1) == 0


def test_the_limit_of_a_control_group_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "box" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "own").write_text("0::/box/inner\n")
    (inner / "memory.max").write_text("max\n")
    (inner.parent / "memory.max").write_text(f"{600 << 20}\n")
    (inner.parent / "memory.current").write_text(f"{500 << 20}\n")
    (inner.parent / "memory.stat").write_text(f"anon 1\ninactive_file {100 << 20}\n")
    monkeypatch.setattr(memory, "_OWN_GROUP", tmp_path / "own")
    monkeypatch.setattr(memory, "_GROUPS", tmp_path)
    memory._groups.cache_clear()
    try:
        assert memory.total_bytes() == 600 << 20
        assert memory.left_bytes() == 200 << 20
    finally:
        memory._groups.cache_clear()
