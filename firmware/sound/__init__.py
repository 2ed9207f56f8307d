"""Pure signal processing: sound pressure samples to levels (IEC 61672-1)."""
