"""Videos: found by search, matched with songs, and fetched as clips of sound.

In the world yt-dlp searches and fetches. It runs in a process of its own (`child`, spoken to by `process`), so that its
memory, its sockets and its crashes are not ours, and so that a call ends at its deadline whatever a server does.

Elsewhere (`VIDEOS_URL` is an http address) the search is one request:

    GET <base>search?q=<words>&n=<hits>
    {"entries": [{"id", "url", "title", "channel", "duration", "view_count", "description"}, …]}

the same facts as yt-dlp's flat search has, `duration` in seconds or null, and `url` that of a media file, which yt-dlp
fetches in the same way; one that begins with a slash is of the host that was searched, wherever that is by then.
"""
