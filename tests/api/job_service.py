"""`zutong serve` without tiles and with the stand-in as the road programme: `python tests/api/job_service.py FOLDER` prints its port."""

import sys
from pathlib import Path

from api.app import create_app
from api.commands.publish import listen
from api.jobs.keeper import keeping
from api.jobs.kinds import KINDS, ROADS
from api.service import ending_in_order, serve_app
from api.settings import Settings

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    KINDS[ROADS] = "tests.api.job_standin:run"
    listener = listen("127.0.0.1", 0)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    with listener, keeping(folder), ending_in_order():
        serve_app(create_app(Settings(workspace=folder, most_waiting=3)), listener)
