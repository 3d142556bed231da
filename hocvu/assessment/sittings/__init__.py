"""Tests under somebody's eyes: the sitting with its code, who is on its list, the whole test at one go.

`opening` opens and closes, `joining` lets learners in by the code, `offline` takes what a proctor's device kept, `taking`
makes the attempt of a test that was answered as a whole, there or on paper.
"""
