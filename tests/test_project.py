"""The repository itself: set-up, requirements, README, workflow."""

import ast
import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import brotli
import pytest
import yaml

from compressed import compress
from scripts import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_opens_with_the_two_commands():
    first = re.search(r"```console\n(.*?)```", README, flags=re.DOTALL)
    assert README[: first.start()].count("\n## ") == 0
    assert re.findall(r"^\$ (\S+ \S+)", first[1], flags=re.MULTILINE) == ["make serve", "make test"]


def test_readme_gives_the_plain_commands():
    for command in ("pip install -r requirements.txt", "mkdocs serve", "pytest"):
        assert f"$ {command}\n" in README


def test_readme_maps_every_folder():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    if not tracked:
        pytest.skip("not a git checkout")
    for folder in {name.split("/")[0] + "/" for name in tracked if "/" in name}:
        assert folder in README, folder


def test_readme_links_lead_to_files():
    for target in re.findall(r"\]\(([^)#]+)\)", re.sub(r"`[^`]*`", "", README)):
        if not target.startswith("https://"):
            assert (ROOT / target).exists(), target


def direct_requirements():
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_each_direct_requirement_says_why():
    for line in direct_requirements():
        name, _, reason = line.partition("#")
        assert len(reason.split()) >= 3, name


def test_every_requirement_is_pinned():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    for pin in pins:
        assert re.match(r"^[A-Za-z0-9._\[\]-]+==[\w.]+( ; .+)?$", pin), pin
    names = {re.split(r"[=\[]", pin)[0].lower() for pin in pins}
    for line in direct_requirements():
        assert re.match(r"[A-Za-z0-9_-]+", line)[0].lower() in names
    assert any(line.startswith("mkdocs<2") for line in direct_requirements())


def test_no_registry_is_named():
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    hosts = ["pypi" + ".org", "npmjs" + ".", "deb.debian" + ".org", "files.python" + "hosted"]
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".png", ".woff2"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        for host in hosts:
            assert host not in text, name


def workflow(name):
    return yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text(encoding="utf-8"))


def steps(job, key):
    return [str(step[key]) for step in job["steps"] if key in step]


def test_workflow_builds_once_tests_that_build_and_publishes_it():
    book = workflow("book")
    assert "push" in book[True]
    jobs = book["jobs"]
    build, test, publish = jobs["build"], jobs["test"], jobs["publish"]
    assert sum("make build" in run for job in jobs.values() for run in steps(job, "run")) == 1
    assert any("make build" in run for run in steps(build, "run"))
    assert any("upload-pages-artifact" in used for used in steps(build, "uses"))
    assert test["needs"] == "build"
    assert any("download-artifact" in used for used in steps(test, "uses"))
    assert any("make test" in run and "BOOK_SITE=" in run for run in steps(test, "run"))
    assert test["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert publish["needs"] == ["test", "mutate"]
    assert "refs/heads/main" in publish["if"]
    assert [used.split("@")[0] for used in steps(publish, "uses")] == ["actions/deploy-pages"]
    assert steps(publish, "run") == []
    assert {"SITE_URL", "REPO_URL"} <= set(book["env"])


def test_workflow_prints_the_pdf_to_where_the_pages_link_before_anything_is_tested():
    runs = {index: step for index, step in enumerate(workflow("book")["jobs"]["build"]["steps"])}
    (link,) = (
        step["env"]["BOOK_PDF"] for step in runs.values() if "BOOK_PDF" in step.get("env", {})
    )
    (built,) = (n for n, step in runs.items() if "make build" in step.get("run", ""))
    (printed,) = (n for n, s in runs.items() if f"pdf.py site site/{link}" in s.get("run", ""))
    (sent,) = (n for n, s in runs.items() if "upload-pages-artifact" in s.get("uses", ""))
    assert "BOOK_PDF" in runs[built]["env"]
    assert built < printed < sent


def test_workflow_mutates_what_changed():
    mutate = workflow("book")["jobs"]["mutate"]
    assert mutate["steps"][0]["with"]["fetch-depth"] == 0
    assert any("make mutate" in run for run in steps(mutate, "run"))


@pytest.mark.parametrize("name", ["book", "upkeep"])
def test_workflows_ask_for_little_and_pin_what_they_use(name):
    found = workflow(name)
    assert found["permissions"] == {}
    for job in found["jobs"].values():
        assert set(job["permissions"]) <= {"contents", "pages", "id-token", "issues"}
        assert job["permissions"].get("contents", "read") == "read"
        for used in steps(job, "uses"):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", used), used


def test_workflows_are_safe():
    tool = Path(sys.executable).with_name("zizmor")
    done = subprocess.run(
        [tool, "--offline", "--no-progress", ".github"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_weekly_run_tries_the_ends_of_what_the_readme_claims():
    included = workflow("upkeep")["jobs"]["claimed"]["strategy"]["matrix"]["include"]
    assert {entry["python"] for entry in included} == {"3.11", "3.12", "3.13", "3.14"}
    for library in ("numpy", "matplotlib"):
        oldest = min(entry[library].removesuffix(".*") for entry in included if entry[library])
        assert f"{library.capitalize().replace('Numpy', 'NumPy')} {oldest}" in README
        assert any(entry[library] == "" for entry in included)  # the newest


def test_both_locks_name_the_same_versions():
    pins = []
    for path in ("requirements.txt", ".github/requirements-by-hash.txt"):
        text = (ROOT / path).read_text(encoding="utf-8")
        pins.append(set(re.findall(r"^[\w.-]+==[^ ;\\\n]+", text, flags=re.MULTILINE)))
    assert pins[0] == pins[1]
    hashed = (ROOT / ".github/requirements-by-hash.txt").read_text(encoding="utf-8")
    for block in re.split(r"\n(?=\S)", hashed.strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]


@pytest.mark.slow
def test_compressed_variants_hold_the_same_bytes(built, tmp_path):
    folder = tmp_path / "site"
    shutil.copytree(built[0] / "tanh", folder)
    files, raw, gzipped, brotlied = compress(folder)
    page = (folder / "index.html").read_bytes()
    assert files == 1
    assert raw == len(page)
    for name, unpack, size in (
        ("gz", gzip.decompress, gzipped),
        ("br", brotli.decompress, brotlied),
    ):
        variant = (folder / f"index.html.{name}").read_bytes()
        assert len(variant) == size < raw / 2
        assert unpack(variant) == page
    assert compress(folder)[1:] == (raw, gzipped, brotlied)


def test_ci_runs_the_same_make_test():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert re.search(r"^make test$", script, flags=re.MULTILINE)


@pytest.mark.slow
def test_make_clean_removes_what_make_made(tmp_path):
    from planted import Copy

    copy = Copy(tmp_path)
    before = {path.relative_to(copy.root) for path in copy.root.rglob("*")}
    before = {p for p in before if p.parts[0] != ".cache"}
    code, output = copy.make("build")
    assert code == 0, output
    assert (copy.root / "site" / "index.html").is_file()
    code, _ = copy.make("clean")
    assert code == 0
    assert {path.relative_to(copy.root) for path in copy.root.rglob("*")} == before


ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def tracked():
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_architecture_names_every_folder_of_code_and_no_other():
    parts = set(re.findall(r"^\| `([\w]+)/` \|", ARCHITECTURE, flags=re.MULTILINE))
    folders = {name.split("/")[0] for name in tracked() if "/" in name}
    assert parts == {folder for folder in folders if not folder.startswith(".")}


@pytest.mark.parametrize("file", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_files_that_a_guide_names_exist(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|yml|py))`", text)
    named += re.findall(r"\]\(([\w./-]+)\)", text)
    assert named
    for name in named:
        found = [ROOT / name, ROOT / "hooks" / name, ROOT / "tests" / name]
        assert name in (".cache/", "site/") or any(path.exists() for path in found), name
    for target in re.findall(r"`make ([\w-]+)", text):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE), (
            target
        )


def test_imports_go_the_way_the_architecture_says():
    """snippets know no hooks and no tests, hooks know no tests."""
    folders = {f: {p.stem for p in (ROOT / f).glob("*.py")} for f in ("snippets", "hooks", "tests")}
    for folder, forbidden in (("snippets", "hooks"), ("snippets", "tests"), ("hooks", "tests")):
        for path in sorted((ROOT / folder).glob("*.py")):
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            names = {
                alias.name if isinstance(node, ast.Import) else node.module
                for node in nodes
                if isinstance(node, (ast.Import, ast.ImportFrom))
                for alias in node.names
            }
            assert not names & (folders[forbidden] - folders[folder]), path.name


def test_the_architecture_lists_every_event_that_a_hook_uses():
    used = set()
    for path in (ROOT / "hooks").glob("*.py"):
        used |= set(re.findall(r"^def (on_\w+)\(", path.read_text("utf-8"), flags=re.MULTILINE))
    assert used <= set(re.findall(r"`(on_\w+)`", ARCHITECTURE)), used


@pytest.mark.parametrize("folder", [".", "tests/audit"])
def test_what_npm_is_to_install_is_in_its_lock(folder):
    """`npm ci` refuses a lock that lacks a package, on the day that somebody needs it."""
    wanted = json.loads((ROOT / folder / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))
    kinds = ("dependencies", "devDependencies", "optionalDependencies")
    for name, version in {n: v for kind in kinds for n, v in wanted.get(kind, {}).items()}.items():
        assert locked["packages"][f"node_modules/{name}"]["version"] == version, name
