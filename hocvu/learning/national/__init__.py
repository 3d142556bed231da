"""Completions on the national platform binhdanhocvuso.gov.vn: they come as files, each file the evidence of its rows."""
