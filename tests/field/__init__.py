"""The outbox of devices, tried by simulation; see devices.js and simulation.py."""
