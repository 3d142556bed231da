"""The password that every demo account shares. Production refuses to start while such an account exists."""

DEMO_PASSWORD = "hai-an-minh-hoa"
