"""The operations: functions first, one file per family, each derivative beside its forward."""
