"""By loops."""


def recall(real, fake, k=3):
    def apart(a, b):
        return float((a - b).square().sum())

    radii = []
    for i, y in enumerate(fake):
        others = [apart(y, z) for j, z in enumerate(fake) if j != i]
        radii.append(sorted(others)[k - 1])
    reached = [
        any(apart(x, y) <= r for y, r in zip(fake, radii, strict=True))
        for x in real
    ]
    return sum(reached) / len(reached)
