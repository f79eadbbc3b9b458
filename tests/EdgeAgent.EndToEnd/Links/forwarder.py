#!/usr/bin/env python3
"""Joins two network namespaces by a link with delay, jitter and loss, for kernels without netem.

usage: forwarder.py NEAR FAR DELAY_MS JITTER_MS LOSS_PERCENT SEED

NEAR and FAR are names of ip-netns(8). Each gets a tun device `link0`, NEAR with 10.99.1.1/24, FAR with 10.99.1.2/24. A packet into one
comes out of the other after DELAY_MS, normally distributed with JITTER_MS (so that packets overtake each other), or never. A rate is the
business of a tbf on the devices. Prints `ready` when the link is up, and runs until it is killed.
"""
import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
LARGEST_PACKET = 65536

near, far = sys.argv[1:3]
delay, jitter, loss = (float(argument) for argument in sys.argv[3:6])
chance = random.Random(int(sys.argv[6]))
libc = ctypes.CDLL(None, use_errno=True)


def enter(path):
    with open(path) as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns to {path}")


def device(namespace, address):
    enter(f"/run/netns/{namespace}")
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH14x", b"link0", IFF_TUN | IFF_NO_PI))
    subprocess.check_call(["ip", "address", "add", address, "dev", "link0"])
    subprocess.check_call(["ip", "link", "set", "link0", "up"])
    return tun


def read(tun):
    try:
        return os.read(tun, LARGEST_PACKET)
    except OSError:  # nothing more, or the device is down
        return None


def write(tun, packet):
    try:
        os.write(tun, packet)
    except OSError:  # the device is down, or its queue full: lost, as on a wire
        pass


ends = (device(near, "10.99.1.1/24"), device(far, "10.99.1.2/24"))
other = {ends[0]: ends[1], ends[1]: ends[0]}
under_way = []
number = 0
os.nice(-20)  # a wire does not wait for a processor
print("ready", flush=True)
while True:
    wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
    for end in select.select(ends, [], [], wait)[0]:
        while (packet := read(end)) is not None:
            if chance.random() * 100 >= loss:
                number += 1
                due = time.monotonic() + max(0, chance.gauss(delay, jitter)) / 1000
                heapq.heappush(under_way, (due, number, other[end], packet))
    while under_way and under_way[0][0] <= time.monotonic():
        _, _, end, packet = heapq.heappop(under_way)
        write(end, packet)
