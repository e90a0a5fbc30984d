"""Byte-level BPE: trained on a data set's own words, or that of a user's BART folder; always a `tokenizer.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from musicdata.errors import IntegrityError
from musicdata.system import paths
from musicdata_baselines.errors import ModelFileError
from musicdata_baselines.views import Sequences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

BOS, PAD, EOS, UNK = 0, 1, 2, 3
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
FILE = "tokenizer.json"
_LARGEST_BYTES = 64 << 20
_LONGEST_TOKEN = 16
_BLOCK = 4096


class CaptionTokenizer:
    """Text to ids ``<s> … </s>`` and back; ids 0 to 3 are `SPECIAL`."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        if [tokenizer.token_to_id(token) for token in SPECIAL] != [BOS, PAD, EOS, UNK]:
            raise ModelFileError(
                f"the tokenizer does not have {', '.join(SPECIAL)} as its tokens 0 to 3, as BART's has"
            )
        self._tokenizer = tokenizer

    def __len__(self) -> int:
        return int(self._tokenizer.get_vocab_size())

    def encode(self, texts: Sequence[str], most_tokens: int) -> list[NDArray[np.int32]]:
        """Return the ids of each text, its two ends among them, cut to `most_tokens`; the last is always ``</s>``."""
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(most_tokens)
        blocks = (texts[at : at + _BLOCK] for at in range(0, len(texts), _BLOCK))
        encoded = (one for block in blocks for one in self._tokenizer.encode_batch([*map(_clean, block)]))
        return [np.asarray(one.ids, np.int32) for one in encoded]

    def sequences(self, texts: Sequence[str], most_tokens: int) -> Sequences:
        """Return what `encode` returns, end to end."""
        rows = self.encode(texts, most_tokens)
        offsets = np.cumsum([0, *map(len, rows)], dtype=np.int64)
        return Sequences(np.concatenate([np.empty(0, np.int32), *rows]), offsets)

    def decode(self, ids: Iterable[Iterable[int]]) -> list[str]:
        """Return the texts, special tokens and spaces at the ends left out."""
        texts = self._tokenizer.decode_batch([list(map(int, one)) for one in ids], skip_special_tokens=True)
        return [text.strip() for text in texts]

    def as_bytes(self) -> bytes:
        """Return it as `tokenizer.json` has it."""
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        return str(self._tokenizer.to_str(pretty=False)).encode()

    @classmethod
    def of_bytes(cls, data: bytes, place: Any = FILE) -> CaptionTokenizer:
        """Return the tokenizer that `as_bytes` wrote.

        Raises:
            ModelFileError: there is none in `data`.
        """
        try:
            return cls(Tokenizer.from_str(data.decode()))
        except ModelFileError:
            raise
        except Exception as error:  # tokenizers raises bare exceptions
            raise ModelFileError(f"{place} is no tokenizer ({error}); save the model again") from error


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> CaptionTokenizer:
    """Train a byte-level BPE with at most `vocabulary` tokens; the same texts in any order give the same one.

    Whatever is written can be said: the 256 bytes are always among the tokens.
    """
    tokenizer = _byte_level(models.BPE(unk_token=SPECIAL[UNK]))
    trainer = trainers.BpeTrainer(
        vocab_size=max(vocabulary, len(SPECIAL) + 256),
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        max_token_length=_LONGEST_TOKEN,
        show_progress=False,
    )
    tokenizer.train_from_iterator(sorted(map(_clean, texts)), trainer)
    return CaptionTokenizer(tokenizer)


def open_bart_tokenizer(folder: Path) -> CaptionTokenizer:
    """Return the tokenizer of a user's BART folder: of its `tokenizer.json`, or of `vocab.json` and `merges.txt`.

    Raises:
        ModelFileError: there is none, or it is not BART's.
    """
    try:
        if (folder / FILE).exists():
            data = paths.read_regular(folder / FILE, _LARGEST_BYTES, follow=True)
            return CaptionTokenizer.of_bytes(data, folder / FILE)
        ids = json.loads(paths.read_regular(folder / "vocab.json", _LARGEST_BYTES, follow=True))
        lines = paths.read_regular(folder / "merges.txt", _LARGEST_BYTES, follow=True).decode().split("\n")
        pairs = (line.split(" ") for line in lines if line and not line.startswith("#version"))
        merges = [(left, right) for left, right in pairs]
        return CaptionTokenizer(_byte_level(models.BPE(vocab=ids, merges=merges, unk_token=SPECIAL[UNK])))
    except FileNotFoundError as error:
        raise ModelFileError(
            f"{folder} has no tokenizer: expected {FILE}, or vocab.json and merges.txt, beside the weights"
        ) from error
    except (OSError, IntegrityError, ValueError, TypeError) as error:
        raise ModelFileError(
            f"the tokenizer in {folder} cannot be read ({error}); download the folder again"
        ) from error


def _byte_level(model: models.BPE) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{SPECIAL[BOS]} $A {SPECIAL[EOS]}", special_tokens=[(SPECIAL[BOS], BOS), (SPECIAL[EOS], EOS)]
    )
    return tokenizer


def _clean(text: str) -> str:
    """Return a text that UTF-8 can hold and whose words cannot pass for special tokens."""
    text = text.encode("utf-8", "replace").decode()
    for token in SPECIAL:
        text = text.replace(token, token[1:-1])
    return text
