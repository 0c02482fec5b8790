"""What makes the metrics fast; nothing here is public."""
