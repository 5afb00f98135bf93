"""CARD.md: what a bundle is, for people. No date in it: the same run gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from station.core.recipe import Recipe


def card(recipe: Recipe, report: bytes, parity: Mapping[str, float]) -> str:
    """The card as Markdown."""
    facts = msgspec.json.decode(report)
    promise, verify, decision = recipe.promise, recipe.verify, recipe.decision
    told = "\n".join(f"| {key} | {value} |" for key, value in sorted(recipe.provenance.items()))
    agreed = ", ".join(f"{file} {error:.1g}" for file, error in sorted(parity.items()))
    return f"""# {recipe.name}, version {recipe.version}

Frame {recipe.frame.width} x {recipe.frame.height} px, picture {recipe.picture.width} x {recipe.picture.height} px.

- Fixture: {facts["fixture"]}
- Screener: VAE at 1/{recipe.screen.scale}; the {recipe.candidates.count} most suspicious places go to the verifier.
- Verifier: Siamese tower, {verify.dims} numbers per cell of 8 x 8 px, compared with golden patches {_where(recipe)}.
- Decision: {decision.fusion} of the standardised scores; reject above {decision.limit:.4f}.{_border(recipe)}
- Third score (wrong, missing or turned part): {"on" if recipe.logical else "off"}.
- Promise: the limit is the {promise.rank}. largest score of {promise.n} good parts that were not learnt from
  ({promise.kind}). Expected false rejects {promise.mean:.2%}; with 95 % confidence below {promise.bound_95:.2%}, as
  long as parts, light and camera stay as they were.
- Exported networks against the trained ones, largest difference: {agreed}.

| provenance | |
|---|---|
{told}
"""


def _where(recipe: Recipe) -> str:
    if recipe.verify.bank == "global":
        return "of any place"
    return f"of the same place (+- {recipe.verify.neighbourhood} cells)"


def _border(recipe: Recipe) -> str:
    grey_from = recipe.decision.grey_from
    return "" if grey_from is None else f" Passes above {grey_from:.4f} are border cases."
