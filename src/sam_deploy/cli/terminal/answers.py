"""Writes documents to standard output, whose reader (head, jq) may have gone."""

from __future__ import annotations

import os
import sys

import click


def answer(document: str) -> None:
    """Write a document; a reader that has gone is no error of the command.

    What is flushed at the end goes nowhere then, too. Source: Python docs, "Note on SIGPIPE".
    """
    try:
        click.echo(document)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
