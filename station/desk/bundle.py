"""`saiken bundle show`: what a recipe bundle is, who signed it, and whether this station would take it."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from station.core.bundle import CARD, Bundle, read_bundle
from station.desk.stage import DEMO_BUNDLE, DEMO_TRUST


def show(directory: Path | None, trust: Path | None, as_json: bool) -> int:
    """Verify as the engine does, then print; without arguments the demo's.

    Raises:
        BundleError: the bundle is refused; the message says why.
    """
    bundle = read_bundle(directory or DEMO_BUNDLE, trust or DEMO_TRUST)
    if as_json:
        print(json.dumps(describe(bundle), indent=2, ensure_ascii=False))
        return 0
    for key, value in describe(bundle).items():
        print(f"{key:<16}{value if not isinstance(value, dict) else ''}".rstrip())
        if isinstance(value, dict):
            for name, text in value.items():
                print(f"  {name:<24}{text}")
    print(f"\n{bundle.files[CARD].decode(errors='replace').rstrip()}")
    return 0


def describe(bundle: Bundle) -> dict[str, object]:
    """The bundle for a person or a script; every value is plain."""
    recipe = bundle.recipe
    return {
        "name": recipe.name,
        "version": recipe.version,
        "product": recipe.product,
        "bundle_sha256": bundle.sha256,
        "recipe_id": bundle.number,
        "signed_by": bundle.key_id,
        "frame": f"{recipe.frame.height} x {recipe.frame.width}",
        "picture": f"{recipe.picture.height} x {recipe.picture.width}",
        "fixture": recipe.fixture.kind,
        "limit": recipe.decision.limit,
        "promise": msgspec.to_builtins(recipe.promise),
        "bytes": {name: spec.bytes for name, spec in sorted(recipe.files.items())},
        "provenance": dict(recipe.provenance),
    }
