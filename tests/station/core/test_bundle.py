"""The bundle: only what a trusted key signed, byte for byte, is read; writing leaves all or nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from onnx import TensorProto, helper

from station.core import bundle as module
from station.core.bundle import (
    CONTENT,
    generate_key,
    load_private_key,
    read_bundle,
    write_bundle,
)
from station.core.errors import BundleError, ConfigError, StorageError
from station.core.recipe import (
    DecisionSpec,
    FixtureSpec,
    FrameSpec,
    PictureSpec,
    PromiseSpec,
    Recipe,
    ScreenSpec,
    VerifySpec,
    encode_recipe,
    recipe_sha256,
    tower_spec,
    vae_spec,
)


def network(op: str = "Relu") -> bytes:
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 1]) for name in "xy"]
    return helper.make_model(
        helper.make_graph([helper.make_node(op, ["x"], ["y"])], "g", ends[:1], ends[1:])
    ).SerializeToString()


FILES = {name: name.encode() for name in CONTENT} | {"vae.onnx": network(), "tower.onnx": network("Conv")}


def make_recipe() -> Recipe:
    picture, verify = PictureSpec(64, 64), VerifySpec(receptive_px=43, patch_cells=2, dims=4)
    return Recipe(
        name="ring",
        version="1",
        product="ring",
        frame=FrameSpec(64, 64),
        fixture=FixtureSpec(kind="none", region=(0, 0, 64, 64)),
        picture=picture,
        verify=verify,
        decision=DecisionSpec(limit=1.0),
        promise=PromiseSpec(n=3, rank=1, mean=0.25, bound_95=0.6),
        vae=vae_spec(picture, ScreenSpec()),
        tower=tower_spec(verify, picture),
    )


@pytest.fixture
def key(tmp_path: Path) -> Path:
    generate_key(tmp_path / "trust" / "release.key")
    return tmp_path / "trust" / "release.key"


@pytest.fixture
def bundle(tmp_path: Path, key: Path) -> Path:
    write_bundle(tmp_path / "recipe", make_recipe(), FILES, load_private_key(key))
    return tmp_path / "recipe"


def refused(bundle: Path, trust: Path, sentence: str) -> None:
    with pytest.raises(BundleError, match=sentence):
        read_bundle(bundle, trust)


def test_what_was_written_is_read_back(bundle: Path, key: Path) -> None:
    read = read_bundle(bundle, key.parent)
    assert read.files == FILES
    assert read.recipe.name == "ring" and set(read.recipe.files) == set(CONTENT)
    assert read.sha256 == recipe_sha256((bundle / "manifest.json").read_bytes())
    assert read.number == int(read.sha256[:8], 16)
    assert len(read.key_id) == 16
    assert (bundle / "manifest.sig").stat().st_size == 64


def test_the_same_content_gives_the_same_bundle(bundle: Path, key: Path, tmp_path: Path) -> None:
    again = write_bundle(tmp_path / "again", make_recipe(), FILES, load_private_key(key))
    assert again == read_bundle(bundle, key.parent)
    for name in (*CONTENT, "manifest.json", "manifest.sig"):
        assert (tmp_path / "again" / name).read_bytes() == (bundle / name).read_bytes()


@pytest.mark.parametrize("name", CONTENT)
def test_one_altered_byte_is_refused(bundle: Path, key: Path, name: str) -> None:
    content = bytearray((bundle / name).read_bytes())
    content[len(content) // 2] ^= 1
    (bundle / name).write_bytes(content)
    refused(bundle, key.parent, rf"{name}: was altered")


@pytest.mark.parametrize("name", CONTENT)
def test_a_longer_file_is_refused(bundle: Path, key: Path, name: str) -> None:
    with (bundle / name).open("ab") as file:
        file.write(b"x")
    refused(bundle, key.parent, rf"{name}: has \d+ bytes, the manifest says \d+")


@pytest.mark.parametrize("name", [*CONTENT, "manifest.json"])
def test_a_missing_file_is_refused(bundle: Path, key: Path, name: str) -> None:
    (bundle / name).unlink()
    refused(bundle, key.parent, rf"{name}: is missing; the bundle is incomplete")


def test_an_unsigned_bundle_is_refused(bundle: Path, key: Path) -> None:
    (bundle / "manifest.sig").unlink()
    refused(bundle, key.parent, r"manifest\.sig: is missing; the bundle is not signed")


def test_a_bundle_of_an_unknown_key_is_refused(bundle: Path, tmp_path: Path) -> None:
    generate_key(tmp_path / "other" / "foreign.key")
    refused(bundle, tmp_path / "other", r"manifest\.sig: is not by one of the 1 trusted keys in .*other")


def test_an_altered_manifest_is_refused(bundle: Path, key: Path) -> None:
    manifest = (bundle / "manifest.json").read_bytes()
    (bundle / "manifest.json").write_bytes(manifest.replace(b'"limit":1.0', b'"limit":9.0'))
    refused(bundle, key.parent, r"manifest\.json was altered")


def test_a_damaged_signature_is_refused(bundle: Path, key: Path) -> None:
    (bundle / "manifest.sig").write_bytes(bytes(64))
    refused(bundle, key.parent, r"manifest\.sig: is not by one of")


def signed(bundle: Path, key: Path, manifest: bytes) -> None:
    """A manifest of our own making, properly signed."""
    (bundle / "manifest.json").write_bytes(manifest)
    (bundle / "manifest.sig").write_bytes(load_private_key(key).sign(manifest))


def test_an_unknown_schema_is_refused_even_when_signed(bundle: Path, key: Path) -> None:
    manifest = (bundle / "manifest.json").read_bytes()
    signed(bundle, key, manifest.replace(b'"schema":1', b'"schema":7'))
    refused(bundle, key.parent, r"manifest\.json: schema = 7: this station reads schema 1 only")


def test_an_unknown_key_in_the_manifest_is_refused_even_when_signed(bundle: Path, key: Path) -> None:
    manifest = (bundle / "manifest.json").read_bytes()
    signed(bundle, key, manifest.replace(b'"limit":', b'"limits":'))
    refused(bundle, key.parent, r"unknown key 'decision\.limits'.*did you mean 'decision\.limit'")


def test_a_manifest_that_lists_other_files_is_refused(bundle: Path, key: Path) -> None:
    signed(bundle, key, encode_recipe(make_recipe()))
    refused(bundle, key.parent, r"files: must list exactly vae\.onnx")


def test_an_unexpected_file_is_refused(bundle: Path, key: Path) -> None:
    (bundle / "vae.plan").write_bytes(b"native code")
    refused(bundle, key.parent, r"vae\.plan: does not belong into a bundle")


def test_a_link_is_refused(bundle: Path, key: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(FILES["CARD.md"])
    (bundle / "CARD.md").unlink()
    (bundle / "CARD.md").symlink_to(tmp_path / "elsewhere")
    refused(bundle, key.parent, r"CARD\.md: cannot be opened")


def test_a_pipe_is_refused_without_waiting(bundle: Path, key: Path) -> None:
    (bundle / "CARD.md").unlink()
    os.mkfifo(bundle / "CARD.md")
    refused(bundle, key.parent, r"CARD\.md: is no plain file")


def test_a_huge_manifest_is_refused_before_it_is_read(bundle: Path, key: Path) -> None:
    (bundle / "manifest.json").write_bytes(b" " * (1 << 21))
    refused(bundle, key.parent, r"manifest\.json: has 2097152 bytes; at most 1048576 are allowed")


def test_no_directory_is_refused(tmp_path: Path, key: Path) -> None:
    refused(tmp_path / "nothing", key.parent, "is no bundle directory")


def test_a_station_without_keys_trusts_nobody(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused(bundle, tmp_path / "empty", r"no trusted key \(\*\.pub\) there")
    (tmp_path / "empty" / "bad.pub").write_text("zz")
    refused(bundle, tmp_path / "empty", r"bad\.pub: holds no Ed25519 public key")


def test_a_second_trusted_key_does_not_hurt(bundle: Path, key: Path) -> None:
    generate_key(key.parent / "another.key")
    assert read_bundle(bundle, key.parent).files == FILES


def test_a_foreign_operator_is_neither_written_nor_left_behind(tmp_path: Path, key: Path) -> None:
    bad = FILES | {"tower.onnx": network("LSTM")}
    with pytest.raises(BundleError, match=r"tower\.onnx: uses what this station does not run: LSTM"):
        write_bundle(tmp_path / "recipe", make_recipe(), bad, load_private_key(key))
    assert not (tmp_path / "recipe").exists()


def test_a_foreign_operator_is_refused_even_when_signed(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as careless:
        careless.setattr(module, "check_ops", lambda model, file: None)
        bad = FILES | {"tower.onnx": network("LSTM")}
        write_bundle(tmp_path / "recipe", make_recipe(), bad, load_private_key(key))
    refused(tmp_path / "recipe", key.parent, r"tower\.onnx: uses what this station does not run: LSTM")


def test_an_incomplete_set_of_files_is_not_written(tmp_path: Path, key: Path) -> None:
    some = {name: FILES[name] for name in CONTENT[:-1]}
    with pytest.raises(BundleError, match="a bundle holds exactly"):
        write_bundle(tmp_path / "recipe", make_recipe(), some, load_private_key(key))


def test_an_older_bundle_is_replaced_only_on_demand(bundle: Path, key: Path) -> None:
    newer = FILES | {"CARD.md": b"newer"}
    with pytest.raises(BundleError, match="exists already"):
        write_bundle(bundle, make_recipe(), newer, load_private_key(key))
    assert read_bundle(bundle, key.parent).files == FILES
    write_bundle(bundle, make_recipe(), newer, load_private_key(key), replace=True)
    assert read_bundle(bundle, key.parent).files == newer
    assert sorted(path.name for path in bundle.parent.iterdir()) == ["recipe", "trust"]


def test_a_full_disk_leaves_the_older_bundle_and_nothing_else(
    bundle: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="cannot be written: No space left on device"):
            write_bundle(bundle, make_recipe(), FILES | {"CARD.md": b"new"}, load_private_key(key), replace=True)
    assert read_bundle(bundle, key.parent).files == FILES
    assert sorted(path.name for path in bundle.parent.iterdir()) == ["recipe", "trust"]


def test_when_the_new_bundle_cannot_take_its_place_the_older_one_comes_back(
    bundle: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name.endswith(".new"):
            raise OSError(5, "Input/output error")
        return rename(path, target)

    with monkeypatch.context() as disk:
        disk.setattr(Path, "rename", refuse)
        with pytest.raises(StorageError, match="Input/output error"):
            write_bundle(bundle, make_recipe(), FILES | {"CARD.md": b"new"}, load_private_key(key), replace=True)
    assert read_bundle(bundle, key.parent).files == FILES
    assert sorted(path.name for path in bundle.parent.iterdir()) == ["recipe", "trust"]


def test_a_new_key_is_private_and_never_overwritten(key: Path) -> None:
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(key.with_suffix(".pub").read_text())) == 32
    with pytest.raises(ConfigError, match="a key exists already"):
        generate_key(key)


def test_a_missing_or_wrong_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such key; make one with: saiken-export keygen"):
        load_private_key(tmp_path / "none.key")
    (tmp_path / "bad.key").write_text("not hex")
    with pytest.raises(ConfigError, match="holds no Ed25519 private key"):
        load_private_key(tmp_path / "bad.key")
