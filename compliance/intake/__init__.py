"""Files that come by themselves: taken when they are whole, loaded if nothing is to be asked, else held."""
