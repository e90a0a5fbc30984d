"""The program in which Essentia analyses one sound, started by `extractor`: a process of its own, which may write here.

Arguments: the sound, the name of the document to write, and places where Essentia and what it needs are found. It
stands alone: nothing else of ours is imported. Exit status 0, and the document is there; 3, the sound cannot be read or
analysed, and the last line on standard error says why.
"""

from __future__ import annotations

import sys

CANNOT_READ = 3


def main() -> int:
    """Analyse the sound, write the document."""
    sound, document, *places = sys.argv[1:]
    sys.path[:0] = places
    import essentia

    essentia.log.infoActive = False
    essentia.log.warningActive = False
    from essentia.standard import MusicExtractor, YamlOutput

    try:
        pool, _frames = MusicExtractor()(sound)
    except RuntimeError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return CANNOT_READ
    YamlOutput(filename=document, format="json", doubleCheck=False)(pool)
    return 0


if __name__ == "__main__":
    sys.exit(main())
