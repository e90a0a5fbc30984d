"""Search of songs by words: TF-IDF, BM25, sentence vectors and what joins them, one file each."""

from __future__ import annotations

from musicdata_baselines.search.bm25 import Bm25Search
from musicdata_baselines.search.corpus import SectionTable, Songs, Vectors
from musicdata_baselines.search.dense import DenseSearch, QueryEncoder
from musicdata_baselines.search.grid import GridPoint
from musicdata_baselines.search.hits import Hits, Span, TextSearch
from musicdata_baselines.search.hybrid import HybridSearch
from musicdata_baselines.search.projection import HeldOut, ProjectedEncoder, ProjectionHead, project_songs
from musicdata_baselines.search.saving import open_index, save_index
from musicdata_baselines.search.strings import StringTable
from musicdata_baselines.search.tfidf import TfidfSearch
from musicdata_baselines.search.whole_song import WholeSongCosine

__all__ = [
    "Bm25Search",
    "DenseSearch",
    "GridPoint",
    "HeldOut",
    "Hits",
    "HybridSearch",
    "ProjectedEncoder",
    "ProjectionHead",
    "QueryEncoder",
    "SectionTable",
    "Songs",
    "Span",
    "StringTable",
    "TextSearch",
    "TfidfSearch",
    "Vectors",
    "WholeSongCosine",
    "open_index",
    "project_songs",
    "save_index",
]
