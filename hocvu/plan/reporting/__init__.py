"""A report travels: a period opens, units and teams write and send, the receiving office accepts or returns, the ward
composes its own report, a leader approves it, the clerk issues it.

`opening` periods and who must report; `prefilling` what was counted; `writing` and `checking` a unit's report;
`deciding` what becomes of it; `summing` and `signing` the ward's report; `printing` documents; `reminding` who is late;
`scoring` punctuality and the yearly scorecard.
"""
