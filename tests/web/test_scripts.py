"""Our scripts: they parse, keep to text nodes, and one classic script can be made of them."""

import re
import shutil
import subprocess

import pytest

from web.bundle import BundleError, bundle
from web.page import STATIC

SCRIPTS = sorted((STATIC / "js").glob("*.js"))
node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")


def test_there_are_scripts():
    assert len(SCRIPTS) >= 15


@node
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_script_parses_as_a_module(path, tmp_path):
    copy = tmp_path / f"{path.stem}.mjs"
    copy.write_bytes(path.read_bytes())
    done = subprocess.run(["node", "--check", str(copy)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_script_never_parses_text_as_markup_and_names_no_host(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)


@node
def test_folder_script_is_one_classic_script_with_two_constants(tmp_path):
    made = tmp_path / "zutong.js"
    made.write_text(bundle(STATIC / "js", {"zutong": "main", "zutongFolder": "folder"}), encoding="utf-8")
    done = subprocess.run(["node", "--check", str(made)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not re.search(r"^\s*(import|export)\b", made.read_text(encoding="utf-8"), re.MULTILINE)


def test_bundle_keeps_modules_apart(tmp_path):
    (tmp_path / "a.js").write_text('import { one } from "./b.js";\nconst hidden = 1;\nexport function two() {\n  return one + hidden;\n}\n')
    (tmp_path / "b.js").write_text("const hidden = 40;\nexport const one = hidden + 1;\n")
    made = bundle(tmp_path, {"entry": "a"})
    assert made.index("module_b") < made.index("module_a")
    if shutil.which("node"):
        out = subprocess.run(["node", "-e", f"{made};console.log(entry.two())"], capture_output=True, text=True, check=True)
        assert out.stdout.strip() == "42"


def test_bundle_refuses_what_it_does_not_know(tmp_path):
    (tmp_path / "a.js").write_text('import b from "./b.js";\n')
    with pytest.raises(BundleError, match="不支持"):
        bundle(tmp_path, {"entry": "a"})


def test_bundle_refuses_circles(tmp_path):
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nexport const a = 1;\n')
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\nexport const b = 1;\n')
    with pytest.raises(BundleError, match="a → b → a"):
        bundle(tmp_path, {"entry": "a"})
