"""What servers and the ``flask`` command load."""

from config import load
from web import create_app

app = create_app(load())
