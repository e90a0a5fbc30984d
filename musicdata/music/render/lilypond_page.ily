\version "2.24.3"
% Written before every batch of pages: one line of music as wide as it needs, no bars, no metre.

\paper {
  indent = 0
  page-breaking = #ly:one-line-auto-height-breaking
  oddHeaderMarkup = ##f evenHeaderMarkup = ##f oddFooterMarkup = ##f evenFooterMarkup = ##f
  bookTitleMarkup = ##f scoreTitleMarkup = ##f
  top-margin = 0 bottom-margin = 0 left-margin = 0 right-margin = 0
}
\layout {
  \context { \Score \accidentalStyle forget }
  \context { \Staff \remove Time_signature_engraver }
  \context { \Voice \override TupletBracket.bracket-visibility = ##t }
  \context { \Lyrics
    % Not lyric-text::print: that would draw a tie for a tilde, outside the syllable's box.
    \override LyricText.stencil = #ly:text-interface::print
    \override LyricHyphen.minimum-distance = #1
    \override LyricSpace.minimum-distance = #0.8
  }
}
