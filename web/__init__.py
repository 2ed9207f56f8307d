"""The dashboard: the store in, pixels out."""
