"""What servers and the ``flask`` command load."""

from commands import register
from commands.frame import told
from config import load
from config.logs import configure
from web import create_app

with told():
    settings = load()
    configure(settings.log_level, settings.log_format)
    app = create_app(settings)
    register(app)
