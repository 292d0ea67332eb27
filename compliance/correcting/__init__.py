"""Correcting data: previews of an import, changed names, returned rows, templates, questionnaires."""
