"""Search of songs by words: TF-IDF, BM25, sentence vectors and what joins them, one file each."""

from __future__ import annotations

from musicdata_baselines.search.bm25 import Bm25Search
from musicdata_baselines.search.corpus import SectionTable, Songs, Vectors
from musicdata_baselines.search.hits import Hits, Span, TextSearch
from musicdata_baselines.search.tfidf import TfidfSearch

__all__ = ["Bm25Search", "Hits", "SectionTable", "Songs", "Span", "TextSearch", "TfidfSearch", "Vectors"]
