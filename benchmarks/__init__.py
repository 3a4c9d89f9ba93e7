"""Measurements, and the tables that they are made on."""
