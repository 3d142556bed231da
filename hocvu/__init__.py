"""Học vụ số: a ward's plan for the movement "Bình dân học vụ số", run as one platform."""
