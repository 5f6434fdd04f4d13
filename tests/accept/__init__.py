"""The bounded acceptance suite: the real server, real commits, kills, races and fuzz (`make accept`)."""
