"""The recipe: canonical bytes, and each wrong manifest refused with a sentence."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from station.core.errors import BundleError
from station.core.recipe import (
    DecisionSpec,
    FixtureSpec,
    FrameSpec,
    LogicalSpec,
    PictureSpec,
    PromiseSpec,
    Recipe,
    ScreenSpec,
    TensorSpec,
    VerifySpec,
    decode_recipe,
    encode_recipe,
    recipe_number,
    recipe_sha256,
    tower_spec,
    vae_spec,
)


def make_recipe() -> Recipe:
    picture, verify = PictureSpec(160, 480), VerifySpec(receptive_px=43, patch_cells=4, dims=64)
    return Recipe(
        name="screw",
        version="3",
        product="wood screw",
        frame=FrameSpec(512, 512),
        fixture=FixtureSpec(kind="silhouette", region=(-240, -80, 480, 160)),
        picture=picture,
        verify=verify,
        decision=DecisionSpec(limit=3.5),
        promise=PromiseSpec(n=60, rank=1, mean=0.016, bound_95=0.049),
        vae=vae_spec(picture, ScreenSpec()),
        tower=tower_spec(verify, picture),
        provenance={"seed": 1, "code": "abc"},
    )


def altered(path: str, value: Any) -> bytes:
    """The manifest with one value changed: path "decision.limit"."""
    table: Any = msgspec.json.decode(encode_recipe(make_recipe()))
    inner = table
    *parents, last = path.split(".")
    for name in parents:
        inner = inner[name]
    inner[last] = value
    return msgspec.json.encode(table)


def test_a_recipe_survives_its_bytes() -> None:
    recipe = make_recipe()
    assert decode_recipe(encode_recipe(recipe)) == recipe


def test_equal_recipes_have_equal_bytes_however_their_numbers_are_written() -> None:
    recipe = make_recipe()
    same = msgspec.structs.replace(recipe, decision=DecisionSpec(limit=3.5, z_mean=0, z_std=1))
    swapped = msgspec.structs.replace(recipe, provenance={"code": "abc", "seed": 1})
    manifest = encode_recipe(recipe)
    assert encode_recipe(same) == encode_recipe(swapped) == encode_recipe(decode_recipe(manifest)) == manifest
    assert b" " not in manifest.replace(b"wood screw", b"")


def test_the_bundle_is_named_by_its_manifest() -> None:
    sha256 = recipe_sha256(b"{}")
    assert sha256 == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert recipe_number(sha256) == 0x44136FA3
    assert recipe_number("0" * 64) == 1  # 0 means "no recipe" on the PLC link


def test_patch_and_margin_centre_the_receptive_field_on_the_cells() -> None:
    verify = VerifySpec(receptive_px=43, patch_cells=4, dims=8)
    before, after = verify.margin_px
    assert verify.patch_px == 67
    assert before + 8 + after == 43 and after - before in (0, 1)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("schema", 2, "schema = 2: this station reads schema 1 only"),
        ("schema", None, "schema = None"),
        ("decision.limt", 1.0, r"unknown key 'decision\.limt' \(value 1\.0\); did you mean 'decision\.limit'\?"),
        ("decision.limit", None, r"decision\.limit = None"),
        ("decision.z_std", 0, r"decision\.z_std = 0"),
        ("decision.fusion", "product", r"decision\.fusion = 'product'"),
        ("picture.height", 100, r"picture\.height = 100: expected .*multiple of 16"),
        ("verify.patch_cells", 16, r"vae|tower\.input"),
        ("screen.box", 4, r"screen\.box = 4: must be odd"),
        ("screen.scale", 3, r"screen\.scale = 3"),
        ("fixture.region", [0, 0, 0, 10], r"fixture\.region = .*must be positive"),
        ("frame.width", -1, r"frame\.width = -1"),
        ("vae.precision", "int8", r"vae\.precision = 'int8'"),
        ("supervision.late.parts", 31, r"supervision\.late\.parts = 31: more than the 30 of supervision\.late\.among"),
        ("supervision.bin_full", "shout", r"supervision\.bin_full = 'shout'"),
        ("files", {"a": {"bytes": 1, "sha256": "xyz"}}, "sha256"),
    ],
)
def test_a_wrong_manifest_is_refused_with_key_and_value(path: str, value: Any, sentence: str) -> None:
    with pytest.raises(BundleError, match=sentence):
        decode_recipe(altered(path, value), "bundle/manifest.json")


def test_networks_for_another_image_size_are_refused() -> None:
    with pytest.raises(BundleError, match=r"vae\.input = picture \(1, 128, 128\): .*another image size"):
        decode_recipe(altered("vae.input.shape", [1, 128, 128]))


def with_latent() -> Recipe:
    recipe = make_recipe()
    return msgspec.structs.replace(
        recipe, vae=vae_spec(recipe.picture, recipe.screen, latent=True), logical=LogicalSpec(mean=20.0, std=3.0)
    )


def test_a_screener_may_tell_its_latent_too() -> None:
    recipe = with_latent()
    assert decode_recipe(encode_recipe(recipe)) == recipe
    assert recipe.vae.outputs == (TensorSpec("reconstruction", (1, 80, 240)), TensorSpec("latent", (16, 5, 15)))
    assert make_recipe().vae.outputs == (make_recipe().vae.output,)


@pytest.mark.parametrize(("height", "width", "cells"), [(16, 16, (1, 1)), (48, 80, (2, 3)), (96, 112, (3, 4))])
def test_the_latent_covers_the_picture_even_where_its_cells_do_not_divide_it(
    height: int, width: int, cells: tuple[int, int]
) -> None:
    latent = vae_spec(PictureSpec(height, width), ScreenSpec(scale=2), latent=True).latent
    assert latent is not None and latent.shape == (16, *cells)


def test_a_logical_score_without_a_latent_is_refused() -> None:
    recipe = with_latent()
    blind = msgspec.structs.replace(recipe, vae=vae_spec(recipe.picture, recipe.screen))
    with pytest.raises(BundleError, match=r"vae\.latent = None: recipe\.logical looks at the latent"):
        decode_recipe(encode_recipe(blind))


@pytest.mark.parametrize("network", ["vae", "tower"])
def test_a_latent_that_does_not_belong_there_is_refused(network: str) -> None:
    recipe = with_latent()
    model = msgspec.structs.replace(getattr(recipe, network), latent=TensorSpec("latent", (8, 5, 15)))
    wrong = msgspec.structs.replace(recipe, **{network: model})
    needs = r"latent \(16, 5, 15\)" if network == "vae" else "none"
    with pytest.raises(BundleError, match=rf"{network}\.latent = latent \(8, 5, 15\): .* needs {needs}"):
        decode_recipe(encode_recipe(wrong))


def test_a_block_larger_than_the_picture_is_refused() -> None:
    small = msgspec.structs.replace(make_recipe(), picture=PictureSpec(16, 480))
    with pytest.raises(BundleError, match=r"verify\.patch_cells = 4: the picture has only 2 x 60 cells"):
        decode_recipe(encode_recipe(small))


def test_a_receptive_field_larger_than_the_picture_is_refused() -> None:
    verify = VerifySpec(receptive_px=107, patch_cells=2, dims=8)
    wide = msgspec.structs.replace(make_recipe(), picture=PictureSpec(32, 480), verify=verify)
    with pytest.raises(BundleError, match=r"verify\.receptive_px = 107: larger than the picture"):
        decode_recipe(encode_recipe(wide))


@pytest.mark.parametrize("manifest", [b"", b"{", b"[1]", b"\xff\xfe", b'{"schema": 1}'])
def test_what_is_no_manifest_is_refused(manifest: bytes) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json: "):
        decode_recipe(manifest)


def test_a_manifest_from_before_supervision_has_its_defaults() -> None:
    table: Any = msgspec.json.decode(encode_recipe(make_recipe()))
    del table["supervision"]
    assert decode_recipe(msgspec.json.encode(table)) == make_recipe()
