"""The screen and its routes for programs: a server on this machine that pulls levers and shows what they move."""
