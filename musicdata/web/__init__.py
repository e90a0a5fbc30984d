"""The page of a data set on one's own machine: look at rows, listen, search.

    guard.py      who may ask: host, origin, cookie, method, size; the headers of every answer
    asking.py     what is asked: every value parsed and bounded
    library.py    the tables, in memory, as pages of rows, counts and histograms
    sample.py     one sample: its rows of all tables, its sounds and pictures, its notes in time
    media.py      sounds and pictures, by a name that only this server can have given
    server.py     the routes, start and stop
    page/         the page: modules as they are, no build, nothing fetched from elsewhere

What a table is and what its columns mean comes from its contract: a new one is shown without a line here.
"""
