"""The bus behind tests/shim/i2c_shim.c: chips at register level for any process."""

import os
import socket
import struct
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from firmware.simulation.i2c_bus import SimulatedI2C

SOURCE = Path(__file__).parents[1] / "shim" / "i2c_shim.c"
HEAD = struct.Struct("=HHH")
READS = 0x0001  # Source: <linux/i2c.h>, I2C_M_RD
PACKET_BYTES = 16_384


def built_shim(folder: Path) -> Path:
    """Compile the shim; a machine without gcc fails, it does not skip."""
    library = folder / "i2c_shim.so"
    if library.exists():  # a process may run on it
        return library
    flags = ("-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror")
    subprocess.run(["gcc", *flags, "-o", str(library), str(SOURCE), "-ldl"], check=True)  # noqa: S607 - whichever gcc is first
    return library


class I2cServer:
    """Serves one simulated bus on a socket; transfers can be held to be killed in."""

    def __init__(self, folder: Path, bus: SimulatedI2C) -> None:
        self.bus = bus
        self.path = folder / "i2c.socket"
        self.environment = {
            "LD_PRELOAD": str(built_shim(folder)),
            "NIGHTROOM_I2C_SOCKET": str(self.path),
        }
        self.transfers = 0
        self.opened = 0
        self.held = threading.Event()
        self._go_on = threading.Event()
        self._go_on.set()
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.path.unlink(missing_ok=True)  # of a server before, unplugged
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._clients: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Unplug the adapter: nobody answers, the device is gone."""
        self.go_on()
        self.path.unlink(missing_ok=True)
        for open_socket in (self._listener, *self._clients):
            with open_socket:
                try:
                    open_socket.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # its other end has gone before

    def hold(self) -> None:
        """Leave the next transfer unanswered until go_on; held is set when it has come."""
        self.held.clear()
        self._go_on.clear()

    def go_on(self) -> None:
        self._go_on.set()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.opened += 1
            self._clients.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            while packet := client.recv(PACKET_BYTES):
                if not self._go_on.is_set():
                    self.held.set()
                    self._go_on.wait()
                with self._lock:
                    answer = self._answer(packet)
                client.send(answer)
        except OSError:
            return  # the client was killed

    def _answer(self, packet: bytes) -> bytes:
        self.transfers += 1
        read = bytearray()
        try:
            while packet:
                address, flags, length = HEAD.unpack_from(packet)
                packet = packet[HEAD.size :]
                if flags & READS:
                    part = bytearray(length)
                    self.bus.readfrom_into(address, part)
                    read += part
                else:
                    self.bus.writeto(address, packet[:length])
                    packet = packet[length:]
        except OSError as error:
            return struct.pack("=i", error.errno or 5)
        return struct.pack("=i", 0) + bytes(read)


def preloaded(server: I2cServer) -> dict[str, str]:
    return {**os.environ, **server.environment}
