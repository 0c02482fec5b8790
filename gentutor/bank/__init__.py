"""The claims, the questions and their reading: data, and nothing that needs torch."""
