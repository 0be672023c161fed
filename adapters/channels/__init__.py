"""Providers, one module each: what leaves by an account, and what they tell us."""
