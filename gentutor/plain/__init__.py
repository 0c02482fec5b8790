"""What to write from memory: models and metrics in plain PyTorch."""
