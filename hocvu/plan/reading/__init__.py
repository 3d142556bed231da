"""A plan document becomes a reading: `files` opens it as a `Source`, `interpret` says what the source means.

Pure Python without Django, for the child process that opens hostile files starts here too: import nothing
heavy at this level.
"""
