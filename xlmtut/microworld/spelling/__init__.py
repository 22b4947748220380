"""Spelling that needs more than a replacement of letters: ``RULES`` of a language, beside its data file.

Not in ``languages/``, since importing a module from there would hide the function ``microworld.languages``.
"""
