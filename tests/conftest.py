from hypothesis import settings

# A slow machine makes no test wrong; pytest's timeout ends what hangs.
settings.register_profile("parley", deadline=None)
settings.load_profile("parley")
