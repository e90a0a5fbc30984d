"""A network that hears beside the stock BART it is made of: tokens a second and memory, training and writing.

At bart-base's size with random weights, on the card where there is one, else on one thread of the processor. Each is
measured in a process of its own, by turns, and the ratios are of the same run.

    python -m tests.benchmarks captioning_speed
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

import torch
from transformers import BartConfig, BartForConditionalGeneration

from musicdata_baselines.deep.captioning.decoding import Decoding, decode
from musicdata_baselines.deep.captioning.fusion import FusionBart, FusionConfig
from musicdata_baselines.deep.captioning.plan import SHAPES
from tests.benchmarks.printing import print_table

SHAPE = SHAPES["base"]
BASE: dict[str, Any] = {
    "vocab_size": SHAPE.vocabulary,
    "d_model": SHAPE.d_model,
    "encoder_layers": SHAPE.layers,
    "decoder_layers": SHAPE.layers,
    "encoder_attention_heads": SHAPE.heads,
    "decoder_attention_heads": SHAPE.heads,
    "encoder_ffn_dim": SHAPE.ffn,
    "decoder_ffn_dim": SHAPE.ffn,
}
MUSIC = (119, 256)
ON_CARD = {"batch": 16, "lyrics": 512, "caption": 256, "steps": 20, "said": 128}
ON_PROCESSOR = {"batch": 2, "lyrics": 256, "caption": 96, "steps": 3, "said": 24}
ROUNDS = 3


def main() -> None:
    """Print the table, or, asked for one network, measure it."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
        return
    rounds = [{name: _apart(name) for name in ("stock", "fusion")} for _ in range(ROUNDS)]
    sizes = ON_CARD if torch.cuda.is_available() else ON_PROCESSOR
    rows = []
    for key, name in (
        ("trained", "training, tokens a second"),
        ("written", "greedy writing, tokens a second"),
        ("mib", "most memory, MiB"),
        ("millions", "parameters, millions"),
    ):
        stock, fusion = (statistics.median(one[which][key] for one in rounds) for which in ("stock", "fusion"))
        rows.append([name, f"{stock:,.1f}", f"{fusion:,.1f}", f"{fusion / stock:.3f}"])
    where = torch.cuda.get_device_name() if torch.cuda.is_available() else "one thread of the processor, its seconds"
    print_table(
        f"bart-base's size, {where}; {sizes['batch']} songs of {sizes['lyrics']} tokens with captions of "
        f"{sizes['caption']}, music {MUSIC[0]} x {MUSIC[1]}; median of {ROUNDS} rounds",
        ["what", "stock BART", "fusion + alignment", "ratio"],
        rows,
    )


def _apart(name: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.captioning_speed", name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(name: str) -> dict[str, float]:
    """Return what one network does a second, and the memory that it takes."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    sizes = ON_CARD if device.type == "cuda" else ON_PROCESSOR
    network = _network(name).to(device)
    lyrics, caption = (
        torch.randint(4, SHAPE.vocabulary, (sizes["batch"], sizes[of]), device=device) for of in ("lyrics", "caption")
    )
    mask = torch.ones_like(lyrics)
    music = torch.randn(sizes["batch"], *MUSIC, device=device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-5, fused=True)
    said = Decoding(1, is_sampled=False, no_repeat=0, most_tokens=sizes["said"])

    def step() -> None:
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            if isinstance(network, FusionBart):
                states, before = network.encode(lyrics, mask, music)
                cosines = network.similarities(music.mean(1), before.mean(1))
                out = network(encoder_outputs=(states,), attention_mask=mask, labels=caption)
                loss = out.loss + 0.02 * (1 - cosines.diagonal()).mean()
            else:
                loss = network(input_ids=lyrics, attention_mask=mask, labels=caption).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    lengths: list[int] = []

    def write() -> None:
        if isinstance(network, FusionBart):
            ids = decode(network, lyrics, mask, music, said)
        else:
            ids = network.generate(
                lyrics, attention_mask=mask, max_length=sizes["said"], min_length=sizes["said"], num_beams=1
            )
        lengths.append(ids.shape[1])

    trained = _seconds(step, sizes["steps"], device)
    network.eval()
    written = _seconds(write, 1, device)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "trained": sizes["batch"] * (sizes["lyrics"] + sizes["caption"]) / trained,
        "written": sizes["batch"] * lengths[-1] / written,
        "mib": torch.cuda.max_memory_allocated() / 2**20 if device.type == "cuda" else peak,
        "millions": sum(one.numel() for one in network.parameters()) / 1e6,
    }


def _network(name: str) -> Any:
    if name == "stock":
        return BartForConditionalGeneration(BartConfig(**BASE)).train()
    layers = list(SHAPE.fusion_layers)
    return FusionBart(FusionConfig(**BASE, music_width=MUSIC[1], fusion_layers=layers, is_aligned=True)).train()


def _seconds(work: Any, n: int, device: torch.device) -> float:
    """Return the seconds of one of `n` calls, the first left out: the clock's on a card, else the processor's."""
    clock = time.perf_counter if device.type == "cuda" else time.process_time
    work()
    _wait(device)
    before = clock()
    for _ in range(n):
        work()
    _wait(device)
    return (clock() - before) / n


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


if __name__ == "__main__":
    main()
