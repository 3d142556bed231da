"""The plan document as the programme that runs: reading, publishing, targets, tasks, evidence.

Journeys: `reading` (a file becomes a reading), `publishing.publish` (a reading becomes live),
`carrying` (work on tasks: report, evidence, verify, comment), `declaring` (figures that units declare).
Doors for upper rooms: `models`, `measures`.
"""
