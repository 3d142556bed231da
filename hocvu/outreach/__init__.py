"""Door to door: teams, visits to households, help to people, needs, classes, officials' training.

A visit is about a household (`visiting.record`), help is to a person who agreed (`helping.record`); both come from devices
without a signal and happen once (`ward.receipts`). What is doubted waits (`settling`). Classes are `classes`, the
register of officials' training is `training`.
"""
