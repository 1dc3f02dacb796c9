"""Judgement that shares nothing with what it judges: the statement of the model, verification, the double build."""
