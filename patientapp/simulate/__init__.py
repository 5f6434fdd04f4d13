"""Simulation: a made-up service with made-up people, the same for the same seed.

People are drawn one by one from rates (`rates.toml`) and stored through the rooms' own bulk paths, as
an import is; nobody has a mobile number and nobody may be texted, so no text is ever sent about the
past. Everybody here is invented: NHS numbers begin with 999.
"""
