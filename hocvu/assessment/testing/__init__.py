"""Tests: the rule is data, the attempt keeps it, the next question is chosen by what the answers so far say.

`TestRule.params`, in the one form of `rules.clean`:

    every kind    minutes      generous: how long an attempt may take
                  wait_days    after a failed or given-up attempt, before the next
    placement,    least, most  how many questions; `sure` stops between them when the posterior is that sure
    confirm       sure         0.95
                  cut          θ of the level, logits
                  best_of      one of so many best questions is asked (exposure control)
                  core         competence references, each asked at least once
    confirm       pass_above   posterior P(θ >= cut) that passes when `most` was reached
                  practice     how many practice tasks must stand, 3
                  valid_months of the certificate
                  levels       levels of the bank that the questions are from; empty: all
    change        forms        {"A": [question codes], "B": [question codes]}
"""
