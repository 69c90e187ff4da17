"""Runs the stock runner of a checkout, without Odoo, to compare with.

Usage: stock_runner.py FOLDER ODOO_PORT LINES_PORT CHANNELS DATABASE ..., where FOLDER is the
add-on `queue_job`, brought by whoever runs this. With another LINES_PORT than 0 jobs are asked for
by lines instead of HTTP, as job_lines.ts has them. The PostgreSQL server is in the environment, as
libpq reads it. Needs psycopg2 and requests. What the module imports of Odoo is made here.
"""

import importlib.util
import logging
import signal
import socket
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


def ask_by_lines(stock, port):
    lines = socket.create_connection(("127.0.0.1", port))
    # Nobody awaits the answers: the rows tell all.
    stock._async_http_get = lambda scheme, host, port, user, password, db_name, job_uuid: (
        lines.sendall(("%s %s\n" % (job_uuid, db_name)).encode())
    )


def main(folder, port, lines_port, channels, databases):
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=LOG_FORMAT)
    make_odoo(int(port), databases)
    make_addon()
    load(folder, "channels")
    stock = load(folder, "runner")
    if int(lines_port):
        ask_by_lines(stock, int(lines_port))
    runner = stock.QueueJobRunner(
        host="127.0.0.1", port=int(port), channel_config_string=channels
    )
    signal.signal(signal.SIGTERM, lambda *_: runner.stop())
    runner.run()


main(*sys.argv[1:5], sys.argv[5:])
