"""Answers to a question of the base: the best estimate, how sure, who disagrees, and one honest sentence."""
