"""Where items come from: one module a service, a dump or a kind of folder."""
