"""Clients: other systems that sign in as themselves, never as a person (OAuth 2 client credentials).

A *client* belongs to one service and holds *scopes*; its *secret* is shown once, when it is made,
and kept as a hash. With it the client gets *tokens* that live for minutes and name their audience.
Each request looks the client up again, so revoking it bites at once (SEC-10), and a token never
does more than its client may do now. Tokens kept in a table were turned down: signed ones need no
look-up of their own, and the client's row is read anyway.
"""
