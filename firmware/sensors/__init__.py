"""The parts the daemon reads, each behind one Protocol (base.py)."""
