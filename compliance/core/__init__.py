"""The foundation of every room: errors, places, language, masking, files, processes. It knows nothing of the field."""
