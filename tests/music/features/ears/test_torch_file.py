"""Files of torch.save: the tensors of both layouts to the bit, and nothing of them is ever run."""

from __future__ import annotations

import io
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.errors import InputError
from musicdata.music.features.ears import tensor_file, torch_file

STATE = {
    "weight": torch.arange(24, dtype=torch.float32).reshape(2, 3, 4),
    "turned": torch.arange(12, dtype=torch.float64).reshape(3, 4).t(),
    "part": torch.zeros(1000).index_fill(0, torch.tensor([15]), 2.0)[10:20],
    "half": torch.ones(3, dtype=torch.float16),
    "counter": torch.tensor(7),
    "bytes": torch.tensor([1, 255], dtype=torch.uint8),
    "signs": torch.tensor([True, False]),
    "none": torch.zeros(0, 4),
}
LAYOUTS = pytest.mark.parametrize("is_new", [True, False], ids=["zip", "pickles"])


def saved(value: Any, *, is_new: bool) -> bytes:
    out = io.BytesIO()
    torch.save(value, out, _use_new_zipfile_serialization=is_new)
    return out.getvalue()


def require_equal(arrays: dict[str, Any]) -> None:
    assert arrays.keys() == STATE.keys()
    for name, tensor in STATE.items():
        expected = tensor.numpy()
        assert arrays[name].dtype == expected.dtype
        assert arrays[name].shape == expected.shape
        assert np.array_equal(arrays[name], expected), name


@LAYOUTS
def test_tensors_are_read_to_the_bit(is_new: bool) -> None:
    shared = OrderedDict(STATE | {"weight": torch.nn.Parameter(STATE["weight"])})
    for value in (STATE, shared, {"state_dict": STATE, "epoch": 3, "best": 0.5}, {"model": shared}):
        require_equal(torch_file.of_bytes(saved(value, is_new=is_new), "weights.pth"))
    parallel = {f"module.{name}": tensor for name, tensor in STATE.items()}
    require_equal(torch_file.of_bytes(saved(parallel, is_new=is_new), "weights.pth"))


@LAYOUTS
def test_a_file_that_would_run_something_is_refused_and_runs_nothing(is_new: bool, tmp_path: Path) -> None:
    trace = tmp_path / "it ran"

    class Runs:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (trace,)

    data = saved({"weight": STATE["weight"], "more": Runs()}, is_new=is_new)
    with pytest.raises(
        InputError, match=r"weights\.pth holds no tensors that can be read without running it"
    ) as caught:
        torch_file.of_bytes(data, "weights.pth")
    assert "safetensors" in str(caught.value)  # and how to convert it
    assert not trace.exists()


@LAYOUTS
def test_a_whole_module_is_refused(is_new: bool) -> None:
    with pytest.raises(InputError, match=r"its pickle names 'torch\.nn.modules\.linear Linear'"):
        torch_file.of_bytes(saved(torch.nn.Linear(2, 2), is_new=is_new), "weights.pth")


@LAYOUTS
def test_what_is_no_dictionary_of_tensors_is_refused(is_new: bool) -> None:
    for value in ({"lr": 0.1}, [STATE["weight"]], {}, 3):
        with pytest.raises(InputError, match=r"weights\.pth"):
            torch_file.of_bytes(saved(value, is_new=is_new), "weights.pth")


@LAYOUTS
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_is_an_error_of_ours_or_leaves_arrays(data: st.DataObject, is_new: bool) -> None:
    whole = bytearray(saved({"weight": STATE["weight"]}, is_new=is_new))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(whole[: data.draw(st.sampled_from([len(whole), len(whole) // 2, 20]))])
    try:
        arrays = torch_file.of_bytes(damaged, "weights.pth")
    except InputError:
        return
    assert all(isinstance(array, np.ndarray) and array.size <= 24 for array in arrays.values())


def test_a_tensor_beyond_its_storage_is_refused() -> None:
    whole = saved({"weight": torch.zeros(4)}, is_new=True)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content[:8] if name.endswith("/data/0") else content)
    with pytest.raises(InputError, match="a storage has 2 numbers, 4 were announced"):
        torch_file.of_bytes(out.getvalue(), "weights.pth")


def test_a_file_is_read_by_what_its_name_ends_in(tmp_path: Path) -> None:
    (tmp_path / "weights.pth").write_bytes(saved(STATE, is_new=True))
    require_equal(tensor_file.read(tmp_path / "weights.pth")[0])
    (tmp_path / "weights.safetensors").write_bytes(saved(STATE, is_new=True))
    with pytest.raises(InputError, match=r"weights\.safetensors is no safetensors file that can be read"):
        tensor_file.read(tmp_path / "weights.safetensors")
    with pytest.raises(InputError, match="cannot be read: No such file"):
        tensor_file.read(tmp_path / "other.pth")
