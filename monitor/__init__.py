"""What a bedroom night is: kept, judged and told."""
