"""Publishing of releases: to a folder, an object store, the Hugging Face hub or Zenodo.

    /releases  file:///releases  s3://bucket/prefix     → <there>/<name>/<version>/<path>   (`folder`, `store`)
    hf://datasets/user/name                             → a commit and the tag v<version>   (`hub`)
    zenodo://  zenodo://sandbox                         → a deposition                      (`zenodo`)

Everywhere it goes the same way:

1. The release is verified, and its view is checked against the rights of its items. Nothing has been sent yet.
2. A published version is never overwritten. If the same `RELEASE.json` is there, every file is read back, and that is
   success if all are right; anything else is an error.
3. An *intent* binds the unfinished upload to the sha256 of its `RELEASE.json`, so that two builds never mix.
4. Each file appears whole or not at all. What an interrupted upload brought is not brought again.
5. Every file is read back, and its sha256 compared.
6. `RELEASE.json`, the tag or the deposition's publication comes last, and only if there is none: that is the moment of
   publication. Of two that publish at once one wins, and the other is told.
7. The record is put beside the release, as `PUBLICATION.json`, for whoever has nothing but the address; what only the
   upload needed is removed, and the record is written here (`publications`).

A kill at any moment leaves nothing that could be taken for a published version, unless it is one; the same command goes
on from there. Credentials come from the environment and stand in no file, log, error or record.
"""
