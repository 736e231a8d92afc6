"""A hundred days later: what Python says of today, for a process that finds this file first.

Imported by the interpreter itself, where `PYTHONPATH` names this folder.
"""

import datetime
import time

LATER = 100 * 86400
_time, _localtime, _gmtime = time.time, time.localtime, time.gmtime


class Later(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls):
        return cls.now(datetime.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls):
        return cls.now()


time.time = lambda: _time() + LATER
time.localtime = lambda seconds=None: _localtime(time.time() if seconds is None else seconds)
time.gmtime = lambda seconds=None: _gmtime(time.time() if seconds is None else seconds)
datetime.datetime = Later
