from __future__ import annotations

import pytest

from sam_deploy.build.container.command import arguments, forwarded, image
from sam_deploy.plan.targets import aws_target


@pytest.mark.parametrize(
    ("runtime", "architecture", "expected"),
    [
        ("python3.12", "x86_64", "public.ecr.aws/sam/build-python3.12:latest-x86_64"),
        ("python3.9", "arm64", "public.ecr.aws/sam/build-python3.9:latest-arm64"),
    ],
)
def test_the_image_is_the_official_one(runtime: str, architecture: str, expected: str) -> None:
    """Of the runtime and the architecture."""
    assert expected == image(aws_target(runtime, architecture))  # type: ignore[arg-type]


def test_the_command_line_of_a_container() -> None:
    """Removed afterwards, as the user who builds, with pip for these releases and no others."""
    made = arguments(
        aws_target("python3.12", "arm64"),
        "sam-deploy-1",
        ("/store/given", "/store/made"),
        ["a-1.tar.gz", "b-2.zip"],
        ["PIP_INDEX_URL"],
        "1000:1000",
    )
    assert (
        "run --rm --name sam-deploy-1 --platform linux/arm64 --user 1000:1000 "
        "--security-opt label=disable "
        "--mount type=bind,source=/store/given,target=/given,readonly "
        "--mount type=bind,source=/store/made,target=/made "
        "--env HOME=/tmp --env PIP_INDEX_URL --workdir /tmp "
        "--entrypoint python3.12 public.ecr.aws/sam/build-python3.12:latest-arm64 "
        "-m pip wheel --no-deps --no-cache-dir --disable-pip-version-check --wheel-dir /made "
        "/given/a-1.tar.gz /given/b-2.zip"
    ) == " ".join(made)


def test_a_user_that_is_not_known_is_not_named() -> None:
    """On Windows and macOS, Docker gives the files to the user itself."""
    made = arguments(aws_target("python3.12", "x86_64"), "n", ("/g", "/m"), ["a.zip"], [], "")
    assert "--user" not in made


def test_index_and_proxy_are_handed_on_and_credentials_of_aws_are_not() -> None:
    """Uv's index is pip's, unless pip has its own."""
    assert {"PIP_INDEX_URL": "https://u:p@index/simple", "HTTPS_PROXY": "p"} == forwarded(
        {
            "UV_DEFAULT_INDEX": "mine=https://u:p@index/simple",
            "HTTPS_PROXY": "p",
            "AWS_SECRET_ACCESS_KEY": "x",
            "NO_PROXY": "",
        }
    )
    both = {"PIP_INDEX_URL": "pip", "UV_INDEX_URL": "https://uv/?a=b"}
    assert {"PIP_INDEX_URL": "pip"} == forwarded(both)
    assert {"PIP_INDEX_URL": "https://uv/?a=b"} == forwarded({"UV_INDEX_URL": "https://uv/?a=b"})
