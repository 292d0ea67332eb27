"""What measures, shows and breaks the product, and what writes the parts of its documentation that come from code."""
