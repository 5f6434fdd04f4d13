"""KPIs: what a commissioner's contract counts, from one engine.

A *measure* is a file in `measures/`: numerator, denominator, exclusions and the name of a rule out of
a closed vocabulary. A *line* is a measure in one contract: its clause, threshold and days. A *reading*
is how a clause that can be read in two ways was read; the other figure is computed beside it. *Facts*
are columns of numbers of one service; a rule makes of them *cases*, each counted or left out with its
reason, and a figure is a sum over cases: so every figure can be opened to the people behind it.
Formulas in data and SQL per KPI were turned down: neither can be reviewed beside the contract's words.
"""
