"""torch behind the station's session protocol."""

from __future__ import annotations

import numpy as np

from station.core.recipe import ModelSpec, TensorSpec
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
