"""Telling systemd how the daemon is: ready, alive, stopping, and what it is at. Silent where systemd does not ask."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping
from time import monotonic

_LOG = logging.getLogger(__name__)


class Notifier:
    """One datagram socket to systemd. "Alive" is said by the work, so that a hang is noticed and restarted."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # '@' stands for the abstract namespace (sd_notify(3))
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._every_s = int(environment.get("WATCHDOG_USEC", "0")) / 1e6 / 4
        self._said_alive_s = -1e9

    def ready(self) -> None:
        """The daemon has taken up its work."""
        self._say("READY=1")

    def stopping(self) -> None:
        """The daemon is ending on purpose."""
        self._say("STOPPING=1")

    def status(self, words: str) -> None:
        """One line for `systemctl status`: never a name or a bed."""
        self._say("STATUS=" + words.replace("\n", " "))

    def alive(self) -> None:
        """The work goes on; sent at most four times per watchdog interval, however often it is called."""
        if self._every_s and monotonic() - self._said_alive_s >= self._every_s:
            self._said_alive_s = monotonic()
            self._say("WATCHDOG=1")

    def _say(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.connect(self._address)
                channel.sendall(message.encode())
        except OSError as error:
            _LOG.warning("systemd does not listen: %s", error)
