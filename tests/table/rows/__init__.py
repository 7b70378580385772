"""The rows of the table of operators, one file per family, as in `ops`."""
