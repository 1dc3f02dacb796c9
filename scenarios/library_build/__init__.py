"""The shipped scenarios of England and the Levelling Up Fund from figures; runs in a checkout, is not shipped."""
