"""What the coordinator mends: rehearsals, names, returned rows, templates, questionnaires."""
