"""When the phone is told, and how."""
