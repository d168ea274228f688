"""Gives the checks a document, whether they are handed a template or a document. Pure.

The checks judge the text, since that is what goes to AWS, and they judge templates that others
have written, where `!Ref` and `!GetAtt` are usual.
"""

from __future__ import annotations

from collections.abc import Mapping

from sam_deploy.errors import RefusedError
from sam_deploy.template.compare.reading import from_text
from sam_deploy.template.render import Template


def document_of(template: Template | Mapping[str, object]) -> Mapping[str, object]:
    """Return a template as a document in long form; an empty one for text that is no template.

    What is wrong with such a text is for cfn-lint to say.
    """
    if isinstance(template, Mapping):
        return template
    try:
        return from_text(template.body, template.stack_name)
    except RefusedError:
        return {}
