"""Runs the stock runner of a checkout, without Odoo, to compare with.

Usage: stock_runner.py FOLDER ODOO_PORT CHANNELS DATABASE ..., where FOLDER is the add-on
`queue_job`, brought by whoever runs this. The PostgreSQL server is in the environment, as libpq
reads it. Needs psycopg2 and requests. What the module imports of Odoo is made here.
"""

import importlib.util
import logging
import signal
import sys
import types
from pathlib import Path

LOG_FORMAT = "%(asctime)s %(process)d %(levelname)s ? %(name)s: %(message)s"
ADDON = "odoo.addons.queue_job"


def module(name, **attributes):
    made = types.ModuleType(name)
    made.__dict__.update(attributes)
    sys.modules[name] = made
    return made


def make_odoo(port, databases):
    config = {"db_name": ",".join(databases), "http_interface": "127.0.0.1", "http_port": port}
    tools = module("odoo.tools", config=config)
    sql_db = module("odoo.sql_db", connection_info_for=lambda name: (name, {"dbname": name}))
    database = module("odoo.service.db", list_dbs=lambda force=False: databases)
    service = module("odoo.service", db=database)
    odoo = module("odoo", tools=tools, sql_db=sql_db, service=service)
    odoo.__path__ = []


def make_addon():
    states = "cancelled done enqueued failed pending started wait_dependencies".split()
    module("odoo.addons").__path__ = []
    module(ADDON).__path__ = []
    module(ADDON + ".exception", ChannelNotFound=type("ChannelNotFound", (Exception,), {}))
    module(ADDON + ".job", **{state.upper(): state for state in states})
    module(ADDON + ".jobrunner", queue_job_config={}).__path__ = []


def load(folder, name):
    full_name = "%s.jobrunner.%s" % (ADDON, name)
    path = Path(folder) / "jobrunner" / (name + ".py")
    spec = importlib.util.spec_from_file_location(full_name, path)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[full_name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def main(folder, port, channels, databases):
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=LOG_FORMAT)
    make_odoo(int(port), databases)
    make_addon()
    load(folder, "channels")
    runner = load(folder, "runner").QueueJobRunner(
        host="127.0.0.1", port=int(port), channel_config_string=channels
    )
    signal.signal(signal.SIGTERM, lambda *_: runner.stop())
    runner.run()


main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
