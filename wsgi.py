"""What servers and the ``flask`` command load."""

from commands import register
from commands.frame import told
from config import load
from web import create_app

with told():
    app = create_app(load())
    register(app)
