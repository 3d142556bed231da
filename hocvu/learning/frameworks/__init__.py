"""Frameworks of digital skills come in from files and spreadsheets, and go out as pages and spreadsheets."""
