"""Finding again what was said and written. The only room with vectors, by NumPy, which is
imported when first used.
"""
