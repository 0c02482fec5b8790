"""Feature extractors behind one interface: digits, EfficientNet, Inception, LPIPS's trunks."""
