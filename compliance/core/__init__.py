"""What all else stands on: errors, places, language, masking, files, processes. It knows nothing of the field."""
