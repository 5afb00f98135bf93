"""torch behind the station's session protocol."""

from __future__ import annotations

import numpy as np
import pytest
from torch import nn

from station.core.recipe import ModelSpec, PictureSpec, ScreenSpec, TensorSpec, vae_spec
from station.engine.vision.session import Session
from training.sessions import TorchSession
from training.vae import Vae


def test_it_is_a_session() -> None:
    spec = ModelSpec(TensorSpec("picture", (1, 32, 32)), TensorSpec("reconstruction", (1, 32, 32)), max_batch=4)
    session: Session = TorchSession(Vae(), spec)
    batch = np.random.default_rng(0).random((3, 1, 32, 32), np.float32)
    answer = session.run({"picture": batch})["reconstruction"]
    assert answer.shape == (3, 1, 32, 32)
    assert answer.dtype == np.float32
    assert np.allclose(session.run({"picture": batch[1:2]})["reconstruction"], answer[1:2], atol=1e-6)
    assert "torch" in session.info
    session.warmup()
    session.close()


def test_the_latent_comes_with_the_reconstruction_when_the_recipe_asks_for_it() -> None:
    vae, picture, screen = Vae(), PictureSpec(32, 48), ScreenSpec(scale=1)
    batch = np.random.default_rng(0).random((3, 1, 32, 48), np.float32)
    alone = TorchSession(vae, vae_spec(picture, screen)).run({"picture": batch})
    both = TorchSession(vae, vae_spec(picture, screen, latent=True)).run({"picture": batch})
    assert list(alone) == ["reconstruction"]
    assert list(both) == ["reconstruction", "latent"]
    assert both["latent"].shape == (3, 16, 2, 3)
    assert np.array_equal(both["reconstruction"], alone["reconstruction"])


def test_a_network_that_does_not_give_what_the_recipe_names_is_not_served() -> None:
    spec = vae_spec(PictureSpec(32, 32), ScreenSpec(scale=1), latent=True)
    with pytest.raises(ValueError, match="shorter"):
        TorchSession(nn.Identity(), spec).run({"picture": np.zeros((1, 1, 32, 32), np.float32)})
