"""What `./run` does, with the standard library alone: make the environment, start, test, measure.

Nothing here imports `hocvu`: this code runs before its dependencies are installed.
"""
