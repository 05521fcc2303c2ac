"""Fronts that speak as other programs do."""
