"""The machine below the mathematics: arrays and their dtypes, devices, random numbers."""
