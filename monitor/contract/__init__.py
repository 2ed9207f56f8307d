"""What crosses between the processes: quantities, messages, topics, bytes."""
