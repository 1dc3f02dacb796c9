"""The checks that make tables a valid scenario; every problem of an input is found here."""
