"""What measures a trained model and trains nothing of it."""
