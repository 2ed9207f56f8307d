"""What is kept: minutes, nights, the household's choices, live values."""
