"""Schedulers of other libraries in plain Python: what they write to `param_groups`, step by step.

A script is walked and not run, so that its rates have to be computed here, with the recursive
forms, the hidden steps of constructors and the mistakes of the real classes. Nothing of theirs is
imported; the tests hold each beside the real one.

Not here: reading the script.
"""

from rampup.checker.gather.script.peers.build import build as build, names as names
from rampup.checker.gather.script.peers.curve import curve as curve, fork as fork
from rampup.checker.gather.script.peers.dampening import BaseWarmup as BaseWarmup
from rampup.checker.gather.script.peers.factors import LambdaLR as LambdaLR
from rampup.checker.gather.script.peers.groups import (
    load_groups as load_groups,
    save_groups as save_groups,
)
from rampup.checker.gather.script.peers.peer import (
    RAISED as RAISED,
    Peer as Peer,
    PeerError as PeerError,
)
from rampup.checker.gather.script.peers.stepping import LRScheduler as LRScheduler
