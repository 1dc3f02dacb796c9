"""The same model as users of other tools would write it: PuLP, Pyomo, linopy, cvxpy, one file each.

Every file has a function ``stages`` that takes the data of :mod:`~benchmarks.peers.prepared` and a clock, settles one
stage after another by constraints, and returns the optimum of each. None of them shares, certifies or explains.
"""
