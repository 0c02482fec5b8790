"""GANs and VAEs of the digits: what the file says, and that its numbers come out again."""

import pytest
import torch

from gentutor.data import digits
from gentutor.recording.digits_models import (
    COMMAND,
    FILE,
    GAMES,
    SCORES,
    Rows,
    gan_samples,
    recorded,
    scores,
    vae_samples,
)


def test_the_file_is_small_and_names_its_origin():
    found = recorded()
    assert FILE.stat().st_size < 50_000
    assert found.about["command"] == COMMAND
    assert set(found.images) == set(found.scores) - {"held out"}
    assert {tuple(x.shape) for x in found.images.values()} == {(30, 64)}
    for name, of in found.scores.items():
        assert of.shape == (1 if name == "held out" else 8, len(SCORES))
        assert bool(of.isfinite().all())


def test_what_is_held_out_scores_as_recorded():
    torch.testing.assert_close(
        scores(digits().x_test), recorded().scores["held out"][0], rtol=1e-3, atol=1e-3
    )


def test_scores_tell_digits_from_noise_and_copies_of_one():
    x = digits().x_train
    same = scores(x)
    assert float(same[0]) == pytest.approx(0, abs=1e-3)
    assert same[1:].tolist() == [1, 1]
    noise = scores(torch.rand(400, 64, generator=torch.Generator().manual_seed(0)))
    assert float(noise[0]) > 100
    one = scores(x[:1] + 1e-3 * torch.randn(400, 64, generator=torch.Generator().manual_seed(0)))
    assert float(one[2]) < 0.05


def test_every_model_trains_and_gives_as_many_samples_as_there_are_digits(tmp_path):
    made = {name: gan_samples(name, tmp_path, range(2), steps=3) for name in GAMES}
    made |= vae_samples(range(2), steps=3)
    assert set(made) == set(recorded().images)
    assert {tuple(x.shape) for x in made.values()} == {(2, 1437, 64)}
    assert Rows().sample(5, torch.Generator().manual_seed(0)).shape == (5, 64)
    apart = (made["VAE, with noise"] - made["VAE, means"]).std()
    assert float(apart) > 0.5  # the variance begins at 1
    again = gan_samples("GAN", tmp_path, range(2), steps=3)  # from the checkpoint
    assert torch.equal(again, made["GAN"])
