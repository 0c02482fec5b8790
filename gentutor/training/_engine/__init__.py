"""The batched machinery behind the three doors of :mod:`gentutor.training`; nothing is public.

``fitting`` serves ``fit``; ``flat`` (weights in one vector, Adam on it) and ``sampling`` (data and
noise, drawn ahead) serve all. For ``train_gans`` a sweep is split into *groups* of up to eight GANs
that one computation trains (``grouping``). A group (``group``) has two stacked networks
(``players``) and one way to take a step: by hand for plain networks (``by_hand``, ``manual``), by
autograd for the others (``by_autograd``). What a process needs to train one is its ``plan``;
``dispatch`` hands plans to this process, to others (``board``) or to a cluster, ``checkpoint``
writes states, ``interrupt`` waits for a step's end.
"""
