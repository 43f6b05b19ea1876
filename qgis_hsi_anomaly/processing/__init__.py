"""The Processing provider: the only room that knows QGIS."""
