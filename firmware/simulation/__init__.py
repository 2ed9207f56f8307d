"""Simulated buses: chips at register level, a bedroom, recorded series, an audio feed."""
