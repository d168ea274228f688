"""Promotions without one of their guards: what the model must find out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from tests.promotion_model.commands import PARTS

from sam_deploy.aws import Alias, Aws
from sam_deploy.aws.errors import calling
from sam_deploy.deploy.journal import Entry
from sam_deploy.errors import SamDeployError
from sam_deploy.promotion.aliases import LambdaAliases, Wanted
from sam_deploy.promotion.book import Book
from sam_deploy.promotion.engine import Engine
from sam_deploy.promotion.marks import Mark
from sam_deploy.promotion.model import Flip, Key
from sam_deploy.promotion.session import Parts


class NoFence(Engine):
    """Goes on without writing the aliases first."""

    def fence(self) -> Mapping[Key, SamDeployError]:
        """Take the revisions as they are."""
        for flip in self.moves:
            found = self.aliases.get(flip)
            if found is not None and self._known(flip, found):
                self.revisions[flip.key] = found.revision_id
        return {}


class OnceCheckedFence(Engine):
    """Looks and writes without asking the journal in between, as the fence was at first."""

    def fence(self) -> Mapping[Key, SamDeployError]:
        """Look at each alias, and write it at once."""
        failed = {}
        for flip in self.moves:
            error = self._fence_one({flip.key: self._look(flip)}, flip)
            if error is not None:
                failed[flip.key] = error
        return failed


class _EpochlessBook(Book):
    def mark(self, what: str) -> Mark:
        """Return a mark that is the same for all attempts."""
        return Mark(self.id, 1, what)

    def _write(self, entry: Entry) -> None:
        super()._write(dataclasses.replace(entry, epoch=1, writer=""))


class NoEpochs(Engine):
    """Takes every attempt at its promotion for its own."""

    def _later(self, found: Alias) -> bool:
        del found
        return False


class _WriterlessBook(Book):
    def _write(self, entry: Entry) -> None:
        super()._write(dataclasses.replace(entry, writer=""))


class NoMarks(Engine):
    """Takes what it finds for its own, whoever has written it."""

    def _ours(self, flip: Flip, found: Alias) -> bool:
        del flip, found
        return True


class _WeightlessAliases(LambdaAliases):
    """Knows nothing of weights, as the plain call does not."""

    def __init__(self, aws: Aws) -> None:
        super().__init__(aws)
        self._clients = aws

    def get(self, flip: Flip) -> Alias | None:
        """Return the alias without its weights."""
        found = super().get(flip)
        return found and dataclasses.replace(found, weights=())

    def update(self, flip: Flip, wanted: Wanted, revision_id: str) -> Alias:
        """Write it without RoutingConfig."""
        with calling("lambda:UpdateAlias", flip.region):
            self._clients.client("lambda", flip.region, retries=False).update_alias(
                FunctionName=flip.function,
                Name=flip.alias,
                FunctionVersion=wanted.version,
                RevisionId=revision_id,
                Description=wanted.description,
            )
        found = self.get(flip)
        assert found is not None
        return found


class _NoBook(Book):
    """Keeps the journal in the memory of the process."""

    def _write(self, entry: Entry) -> None:
        self._entry = entry


MUTANTS: Final[Mapping[str, tuple[Parts, tuple[str, ...]]]] = {
    "no fence": (dataclasses.replace(PARTS, engine=NoFence), ("mixed", "state")),
    "no journal": (dataclasses.replace(PARTS, book=_NoBook), ("mixed",)),
    "no epochs": (
        dataclasses.replace(PARTS, engine=NoEpochs, book=_EpochlessBook), ("mixed", "state"),
    ),
    "no writer": (dataclasses.replace(PARTS, book=_WriterlessBook), ("two ends", "reopened")),
    "no marks": (dataclasses.replace(PARTS, engine=NoMarks), ("foreign",)),
    "no weights": (dataclasses.replace(PARTS, aliases=_WeightlessAliases), ("weights",)),
    "a fence that is checked once": (
        dataclasses.replace(PARTS, engine=OnceCheckedFence), ("superseded",),
    ),
}  # fmt: skip
"""Name -> its parts, and the kinds of bad ends that it must be found by."""
