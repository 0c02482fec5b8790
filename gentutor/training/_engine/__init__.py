"""The batched machinery behind :func:`gentutor.training.train_gans`; nothing here is public.

A sweep is split into *groups* of up to eight GANs that one computation trains (``grouping``). A
group (``group``) has two stacked networks whose weights lie in one vector each (``flat``,
``players``), data and noise drawn ahead (``sampling``), and one way to take a step: by hand for
plain networks (``by_hand``, ``manual``), by autograd for the others (``by_autograd``). What a
process needs to train one is its ``plan``; ``dispatch`` hands plans to this process, to others
(``board``) or to a cluster, ``checkpoint`` writes states, ``interrupt`` waits for a step's end.
"""
