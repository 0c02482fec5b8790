"""What a reader practises with: thin readers of the bank, quick to start."""
