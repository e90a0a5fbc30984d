"""Albums with reviews in the format of MARD, the multimodal album reviews data set (Oramas et al., ISMIR 2016).

Two files with an object a line, `mard_metadata.json` and `mard_reviews.json`, in a folder or in an archive:

    archive   where the two files are, and their lines
    lines     the object of a line
    fields    values of an object: texts, numbers, ids
    records   albums, their songs and reviews
"""
