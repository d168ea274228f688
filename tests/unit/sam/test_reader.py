from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy import sam
from sam_deploy.errors import ConfigError
from sam_deploy.plan import BuildUnit, NodeUnit, PlainUnit, Unit

Write = Callable[..., Path]
SERVERLESS = "Transform: AWS::Serverless-2016-10-31\n"


def problems(file: Path, **overrides: str) -> list[str]:
    """What `read` finds wrong with a template."""
    with pytest.raises(ConfigError) as caught:
        sam.read(file, overrides)
    assert 2 == caught.value.exit_code
    return list(caught.value.problems)


def units(file: Path, **overrides: str) -> list[Unit]:
    return list(sam.read(file, overrides).units)


def test_a_python_function_is_built_from_its_folder(function: Write, tmp_path: Path) -> None:
    """CodeUri is the source, the handler is relative to it (R050)."""
    (unit,) = units(function())
    assert isinstance(unit, BuildUnit)
    assert ("function/Hello", "Hello.zip", tmp_path / "src", "app.handler") == (
        unit.key,
        unit.archive,
        unit.source,
        unit.handler,
    )
    assert ("python3.12", "x86_64") == (unit.target.runtime, unit.target.architecture)


@pytest.mark.parametrize(("overrides", "expected"), [({}, "arm64"), ({"Stage": "prod"}, "x86_64")])
def test_runtime_and_architecture_follow_from_parameters(
    write: Write, overrides: dict[str, str], expected: str
) -> None:
    """Parameters, conditions and Globals decide the target when they can be known here."""
    file = write(
        SERVERLESS
        + """
        Parameters:
          Stage: {Type: String, Default: dev}
          Python: {Type: String, Default: python3.13}
        Conditions:
          IsProd: !Equals [!Ref Stage, prod]
        Globals:
          Function:
            Runtime: !Ref Python
            Architectures: [!If [IsProd, x86_64, arm64]]
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: app.handler}
        """.replace("\n        ", "\n")
    )
    (unit,) = units(file, **overrides)
    assert isinstance(unit, BuildUnit)
    assert ("python3.13", expected) == (unit.target.runtime, unit.target.architecture)


@pytest.mark.parametrize(
    "properties",
    [
        "CodeUri: s3://bucket/key",
        "CodeUri: {Bucket: b, Key: k}",
        'CodeUri: !Sub "s3://${AWS::Region}-b/key"',
        "InlineCode: x\nCodeUri: ~",
        "PackageType: Image\nImageUri: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/a\nCodeUri: ~",
    ],
)
def test_what_is_there_already_is_left_alone(function: Write, properties: str) -> None:
    """An archive in S3, inline code and an image in a registry need no build."""
    assert [] == units(function(properties))


def test_a_finished_zip_goes_up_as_it_is(function: Write, tmp_path: Path) -> None:
    """A CodeUri that is a zip file is not packed again."""
    with zipfile.ZipFile(tmp_path / "done.zip", "w") as made:
        made.writestr("app.py", "")
    (unit,) = units(function("CodeUri: done.zip\nRuntime: provided.al2023"))
    assert isinstance(unit, PlainUnit)
    assert ("function", tmp_path / "done.zip") == (unit.kind, unit.source)


def test_include_and_exclude_are_honoured_for_python(function: Write) -> None:
    """`BuildProperties` patterns, which SAM ignores for Python, reach the build."""
    said = "{BuildMethod: python3.12, BuildProperties: {Include: '**/*.clj', Exclude: [a, b]}}"
    (unit,) = units(function(metadata=said))
    assert (("**/*.clj",), ("a", "b")) == (unit.include, unit.exclude)


def test_esbuild_makes_the_file_that_the_handler_names(function: Write) -> None:
    """EntryPoints, Minify, Sourcemap, External, Target and Format are taken over."""
    said = (
        "{BuildMethod: esbuild, BuildProperties: {EntryPoints: [lib/app.ts], Minify: false, "
        "Sourcemap: true, External: [sharp], Target: es2020, Format: esm, Define: [A=1], "
        "OutExtension: [.js=.mjs]}}"
    )
    (unit,) = units(function("Runtime: nodejs22.x", said, {"src/lib/app.ts": ""}))
    assert isinstance(unit, NodeUnit)
    assert ("lib/app.ts", "app", "esm", "es2020") == (
        unit.entry,
        unit.output,
        unit.module_format,
        unit.language,
    )
    assert (False, True, ("sharp",), ("--define:A=1",)) == (
        unit.minify,
        unit.source_maps,
        unit.external,
        unit.options,
    )


def test_node_without_dependencies_is_packed_as_it_is(function: Write) -> None:
    """Nothing has to be installed for a function that uses only what the runtime brings."""
    files = {"src/app.js": "", "src/package.json": '{"dependencies": {}}'}
    (unit,) = units(function("Runtime: nodejs22.x", files=files))
    assert isinstance(unit, PlainUnit)


def test_layers_are_built_or_zipped(write: Write, tmp_path: Path) -> None:
    """With a BuildMethod requirements and content go under python/, without one nothing changes."""
    file = write(
        SERVERLESS
        + "Resources:\n"
        + "  Built:\n    Type: AWS::Serverless::LayerVersion\n"
        + "    Metadata: {BuildMethod: python3.13, BuildArchitecture: arm64}\n"
        + "    Properties: {ContentUri: src}\n"
        + "  Zipped:\n    Type: AWS::Lambda::LayerVersion\n"
        + "    Properties: {Content: src}\n"
        + "  F:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        + "      {CodeUri: src, Runtime: python3.13, Handler: app.handler,"
        + " Layers: [!Ref Built, 'arn:aws:lambda:x']}\n"
    )
    template = sam.read(file)
    built, zipped, _ = template.units
    assert isinstance(built, BuildUnit)
    assert ("layer/Built", "python/", "arm64") == (
        built.key,
        built.prefix,
        built.target.architecture,
    )
    assert isinstance(zipped, PlainUnit)
    assert ("layer", tmp_path / "src") == (zipped.kind, zipped.source)
    assert {"function/F": ("layer/Built",)} == template.layers
    assert ["CodeUri", "Content", "ContentUri"] == sorted(
        str(x.where[-1]) for x in template.locations
    )


def test_a_loop_with_one_folder_is_one_unit(write: Write) -> None:
    """Functions of `Fn::ForEach` share the archive when the folder has no loop variable."""
    loop = """
        Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
        Resources:
          Fn::ForEach::Workers:
            - Name
            - [Alpha, Beta]
            - ${Name}Worker:
                Type: AWS::Serverless::Function
                Properties: {CodeUri: FOLDER, Runtime: python3.12, Handler: app.handler}
        """
    (unit,) = units(write(loop.replace("FOLDER", "src")))
    assert ("function/Workers.NameWorker", "Workers.NameWorker.zip") == (unit.key, unit.archive)
    (problem,) = problems(write(loop.replace("FOLDER", "'functions/${Name}'")))
    assert problem.startswith(
        "template.yaml:9: Resources.Fn::ForEach::Workers.2.${Name}Worker.Code"
    )
    assert "a loop cannot give each turn its own folder" in problem


@pytest.mark.parametrize(
    ("properties", "metadata", "expected"),
    [
        ("CodeUri: scr", "", "`scr` does not exist; did you mean `src`?"),
        ("CodeUri: ~", "", "it has no `CodeUri`, and no `InlineCode` either"),
        ("CodeUri: src/app.py", "", "`app.py` is no zip file; name the folder that it is in"),
        ("Runtime: ~", "", "it has no `Runtime`, so nobody knows how to build it"),
        ("Handler: ~", "", "it has no `Handler`"),
        ("Handler: app", "", "`app` is no `module.function`"),
        ("Handler: other.x", "", "`src` has neither `other.py` nor `other/__init__.py`"),
        ("Runtime: python3.99", "", "Runtime `python3.99` is not known"),
        ("Runtime: !Ref Missing", "", "it cannot be known here which runtime to build for"),
        ("Architectures: [mips]", "", "Lambda takes one of x86_64 and arm64, as a list"),
        ("PackageType: Image\nCodeUri: ~", "", "container images are not built; push the image"),
        ("", "{BuildMethod: makefile}", "a makefile may do anything; build it with its own tool"),
        (
            "",
            "{BuildMethod: rust-cargolambda}",
            "`BuildMethod: rust-cargolambda` is not built here",
        ),
        ("Runtime: cobol85", "", "`cobol85` is no runtime that sam-deploy knows how to build"),
        ("Runtime: nodejs22.x", "", "`src` has none of `app.js`, `app.mjs`, `app.cjs`"),
        (
            "Runtime: nodejs22.x",
            "{BuildMethod: esbuild, BuildProperties: {EntryPoints: [other.ts]}}",
            "esbuild makes `other.js` of these, and `Handler` names `app.js`",
        ),
        (
            "Runtime: nodejs22.x",
            "{BuildMethod: esbuild, BuildProperties: {EntryPoints: [app.py], Plugins: [x]}}",
            "this option of esbuild is not passed on; remove it",
        ),
        ("", "{BuildProperties: {Include: 1}}", "it must be a list of texts"),
        ("", "{BuildProperties: {ParentPackages: a}}", "packages of parent folders are not packed"),
    ],
)
def test_what_cannot_be_built_is_refused_with_line_and_reason(
    function: Write, properties: str, metadata: str, expected: str
) -> None:
    """Each mistake names file, line and logical id, and says what to do (R148)."""
    (problem,) = problems(function(properties, metadata))
    assert problem.startswith("template.yaml:")
    assert "Hello" in problem
    assert expected in problem


@pytest.mark.parametrize(
    ("runtime", "file"),
    [
        ("java21", "pom.xml"),
        ("dotnet8", "x.csproj"),
        ("ruby3.3", "Gemfile"),
        ("provided.al2023", "go.mod"),
    ],
)
def test_code_that_has_to_be_compiled_is_refused(function: Write, runtime: str, file: str) -> None:
    """The manifest says that there is something to build; without it the folder is packed."""
    (unit,) = units(function(f"Runtime: {runtime}"))
    assert isinstance(unit, PlainUnit)
    (problem,) = problems(function(f"Runtime: {runtime}", files={f"src/{file}": ""}))
    assert f"`src/{file}` has to be built" in problem


def test_node_with_dependencies_points_to_esbuild(function: Write) -> None:
    """Packages would be missing in Lambda, so the way to bundle them is named."""
    files = {"src/app.js": "", "src/package.json": '{"dependencies": {"x": "1"}}'}
    (problem,) = problems(function("Runtime: nodejs22.x", files=files))
    assert "`src/package.json` has dependencies" in problem
    assert "BuildMethod: esbuild" in problem


@pytest.mark.parametrize(
    ("kind", "properties", "expected"),
    [
        ("AWS::Serverless::Application", "Location: src/app.py", "nested applications are not"),
        ("AWS::CloudFormation::Stack", "TemplateURL: src/app.py", "nested applications are not"),
        ("AWS::Serverless::GraphQLApi", "SchemaUri: src/app.py", "this is not built here"),
        ("AWS::Serverless::Api", "DefinitionUri: src", "`src` is a folder, and a file is wanted"),
        ("AWS::Serverless::HttpApi", "DefinitionUri: no.json", "`no.json` does not exist"),
    ],
)
def test_other_local_files_are_refused_where_they_cannot_go_up(
    write: Write, kind: str, properties: str, expected: str
) -> None:
    """Nested stacks and the like are refused with a way on."""
    file = write(
        f"{SERVERLESS}Resources:\n  A:\n    Type: {kind}\n    Properties: {{{properties}}}\n"
    )
    (problem,) = problems(file)
    assert expected in problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A: 1\n", "template.yaml:1: template: it has no `Resources`"),
        ("Resources: []\n", "template.yaml:1: Resources: it must be a mapping"),
        ("Resources: {}\n", "template.yaml:1: Resources: it has no `Resources`"),
        ("Resources:\n  A: {}\n", "template.yaml:2: Resources.A: it has no `Type`"),
        (
            "Resources:\n  A: {Type: T, Properties: 1}\n",
            "template.yaml:2: Resources.A: it must be a mapping",
        ),
        (
            "Resources:\n  A: {Type: 'AWS::Serverless::SimpleTable'}\n",
            "template.yaml:2: Resources.A: `AWS::Serverless::SimpleTable` needs `Transform: ",
        ),
        (
            "Parameters: {SamDeployArtifactBucket: {}}\nResources: {A: {Type: 'AWS::SQS::Queue'}}",
            "template.yaml:1: Parameters.SamDeployArtifactBucket: sam-deploy adds a parameter of ",
        ),
        ("Resources:\n\t- x\n", "template.yaml:2: "),
    ],
)
def test_a_template_of_the_wrong_form_is_refused(write: Write, text: str, expected: str) -> None:
    """What is no template at all is said with its line, never with a traceback."""
    found = problems(write(text))
    assert 1 == len(found)
    assert found[0].startswith(expected)


def test_all_mistakes_come_at_once_in_the_order_of_the_file(write: Write) -> None:
    """Nobody corrects a template one error at a time."""
    file = write(
        SERVERLESS
        + "Resources:\n"
        + "  A: {Type: AWS::Serverless::Function, Properties: {CodeUri: nowhere}}\n"
        + "  B: {Type: AWS::Serverless::Function, Properties: {CodeUri: src}}\n"
        + "  C: {Type: AWS::Serverless::Application, Properties: {Location: x.yaml}}\n"
        + "  C: {}\n"
        + "  D: {Type: AWS::SQS::Queue, Properties: {Name: !Foo x}}\n"
    )
    found = [each.split(": ", 1)[0] for each in problems(file)]
    assert [f"template.yaml:{line}" for line in (3, 4, 5, 6, 7)] == found


def test_releases_of_sam_s_own_are_explained(function: Write) -> None:
    """AutoPublishAlias and DeploymentPreference work, and the plan says what they do."""
    more = (
        "AutoPublishAlias: live\nAutoPublishCodeSha256: abc\n"
        "DeploymentPreference: {Type: Canary10Percent5Minutes}"
    )
    warned = sam.read(function(more)).warnings
    assert [
        "auto-publish-alias",
        "auto-publish-hash",
        "deployment-preference",
        "embedded-deployment-preference",
    ] == [each.rule for each in warned]
    assert "template.yaml:9: Resources.Hello.AutoPublishAlias" == warned[0].path
    assert "the alias keeps the old version" in warned[0].message
    assert "AWS CodeDeploy shifts the alias" in warned[2].message


def test_a_folder_that_holds_the_template_is_packed_without_it(function: Write) -> None:
    """A change of the template or of samconfig is no change of the code."""
    (unit,) = units(function("CodeUri: .\nHandler: src.app.handler"))
    assert ("/template.yaml", "/samconfig.*") == unit.exclude
