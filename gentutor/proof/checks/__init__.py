"""Proofs of keys that need more than an expression, one module a section of the bank.

A question's ``check`` calls them by their bare names. They take a second route to the key:
quadrature, simulation, brute force, symbols. They are seeded and take less than a second each.
"""
