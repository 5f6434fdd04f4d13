"""Paper: every other route to the same record: paper typed in, a call, a helper, an interpreter.

*Typing in* shows the whole questionnaire on one page with the paper's own scale and a code for what
is no answer; the true day is asked and never filled in. A share of what was typed (`policy.toml`) is
typed a *second time* by somebody else who does not see the first; where the two differ, a person
settles it. A *correction* keeps the old answers and the reason. The scores of every route are formed
by the same action, `assessments.entering.enter`.
"""
