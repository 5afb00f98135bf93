"""Exported networks: free batch, allowed operators only, no trace of this machine, the same numbers, few bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from export.onnx import onnx_bytes
from export.parity import TOLERANCE, check_parity
from station.core.bundle import TOWER, VAE
from station.core.errors import BundleError
from station.core.onnx_ops import ALLOWED_OPS, list_ops
from station.core.recipe import ModelSpec, PictureSpec, Recipe, ScreenSpec, vae_spec
from station.engine.runtime.onnx import OnnxSession
from training.folding import folded
from training.learning import load_networks
from training.run import Run
from training.tower import Embedder
from training.vae import Vae

Exported = tuple[Recipe, Vae, Embedder, bytes, bytes]


@pytest.fixture(scope="module")
def exported(disc_run: Path) -> Exported:
    recipe, vae, embedder = load_networks(Run(disc_run))
    return recipe, vae, embedder, onnx_bytes(vae, recipe.vae), onnx_bytes(embedder, recipe.tower)


def test_the_exported_networks_say_the_same_at_every_batch(exported: Exported) -> None:
    recipe, vae, embedder, vae_model, tower_model = exported
    assert check_parity(vae_model, vae, recipe.vae, VAE) <= TOLERANCE
    assert check_parity(tower_model, embedder, recipe.tower, TOWER) <= TOLERANCE


def test_another_network_is_not_exported(exported: Exported) -> None:
    recipe, _, embedder, _, tower_model = exported
    with torch.no_grad():
        other = Embedder(embedder.tower, embedder.reduce.weight[:, :, 0, 0] * 1.001, torch.zeros(8)).eval()
    with pytest.raises(
        BundleError, match=r"tower\.onnx: differs from the trained network in descriptors by .* not exported"
    ):
        check_parity(tower_model, other, recipe.tower, TOWER)


def test_the_files_are_plain_small_and_nameless(exported: Exported) -> None:
    recipe, _, _, vae_model, tower_model = exported
    for model, spec in ((vae_model, recipe.vae), (tower_model, recipe.tower)):
        assert set(list_ops(model)) <= ALLOWED_OPS
        graph = onnx.load_from_string(model)
        assert [opset.version for opset in graph.opset_import if not opset.domain] == [18]
        assert graph.graph.input[0].name == spec.input.name
        assert graph.graph.input[0].type.tensor_type.shape.dim[0].dim_param
        assert graph.graph.output[0].name == spec.output.name
        assert b"/work" not in model
        assert b".py" not in model
    assert len(tower_model) < 800_000
    assert len(vae_model) < 250_000


def test_the_same_network_gives_the_same_bytes(exported: Exported) -> None:
    recipe, vae, *_ = exported
    assert onnx_bytes(vae, recipe.vae) == exported[3]


@pytest.fixture(scope="module")
def screeners() -> tuple[Vae, dict[bool, ModelSpec], dict[bool, bytes]]:
    """One VAE exported without and with its latent; sides that 16 does not divide."""
    torch.manual_seed(1)
    vae = folded(Vae())
    specs = {latent: vae_spec(PictureSpec(80, 112), ScreenSpec(scale=2), latent) for latent in (False, True)}
    return vae, specs, {latent: onnx_bytes(vae, spec) for latent, spec in specs.items()}


def test_the_latent_is_a_second_output_of_fixed_size(
    screeners: tuple[Vae, dict[bool, ModelSpec], dict[bool, bytes]],
) -> None:
    vae, specs, models = screeners
    assert check_parity(models[True], vae, specs[True], VAE) <= TOLERANCE
    outputs = onnx.load_from_string(models[True]).graph.output
    assert [output.name for output in outputs] == ["reconstruction", "latent"]
    for output, wanted in zip(outputs, specs[True].outputs, strict=True):
        batch, *sizes = output.type.tensor_type.shape.dim
        assert batch.dim_param
        assert tuple(size.dim_value for size in sizes) == wanted.shape
    assert set(list_ops(models[True])) <= ALLOWED_OPS
    assert len(models[True]) < len(models[False]) + 1000


def test_the_latent_changes_nothing_else(screeners: tuple[Vae, dict[bool, ModelSpec], dict[bool, bytes]]) -> None:
    _, specs, models = screeners
    batch = np.random.default_rng(2).random((3, *specs[True].input.shape), np.float32)
    alone, both = (OnnxSession(models[one], specs[one]).run({"picture": batch}) for one in (False, True))
    assert np.array_equal(alone["reconstruction"], both["reconstruction"])
    for latent in (False, True):
        with pytest.raises(BundleError, match=r"vae\.onnx: has .*; the recipe says"):
            OnnxSession(models[latent], specs[not latent], file=VAE)
