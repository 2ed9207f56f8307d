"""Pure: the room's score against quiet, cool and dark."""
