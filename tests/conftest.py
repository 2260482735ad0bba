import functools
import os

from hypothesis import settings

from bot.openai import catalogue_file
from bot.settings import Environment, PlatformSettings, Settings

# A slow machine makes no test wrong; pytest's timeout ends what hangs.
settings.register_profile("parley", deadline=None)
settings.load_profile("parley")

# What the developer has set up is not what is tested.
for kind in (Environment, PlatformSettings, Settings):
    kind.model_config["env_file"] = None
for name in list(os.environ):
    if name.startswith(("PARLEY_", "OPENAI_", "SLACK_", "DISCORD_")):
        del os.environ[name]

# Each test that composes Parley would read the same TOML again, for a fifth of its time.
catalogue_file._parsed = functools.cache(catalogue_file._parsed)
