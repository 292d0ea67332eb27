"""Figures, reasons and changes in words, as every page, report and frozen review has them."""
