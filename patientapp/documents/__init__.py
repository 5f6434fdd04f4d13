"""Documents: the plans, summaries and letters that a contract asks for, and when each is due.

A *kind* is a sort of document, a file of `kinds/`: its *blocks* in order, and which of them each
contract cannot do without, with the clause that says so. A *document* is one letter being written;
an *issue* is a version of it that went out, which never changes: a correction is the next version.
A document with a needed block missing cannot be issued, and the refusal names the block. *Sent* and
*marked* (agreed by the patient, explained to them) are facts beside an issue, and each becomes an
event of the episode, so that the return counts what really happened.

Word templates were turned down: a template cannot refuse, and nobody can count it.
"""
