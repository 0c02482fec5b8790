"""Feature extractors behind one interface: digits, Inception, the trunks of LPIPS."""
