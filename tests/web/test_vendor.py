"""The manifest says what was copied, and nothing half-done passes for whole."""

import hashlib
import json

import pytest

from layers.errors import FetchError
from web import vendor


@pytest.fixture
def modules(tmp_path):
    """A node_modules folder with the three packages, of invented content."""
    for name, files in vendor.FILES.items():
        folder = tmp_path / "node_modules" / name
        for inside in files.values():
            (folder / inside).parent.mkdir(parents=True, exist_ok=True)
            (folder / inside).write_text(f"{name} {inside}")
        (folder / "package.json").write_text(json.dumps({"version": "1.2.3", "license": "MIT"}))
    return tmp_path / "node_modules"


LOCK = {"packages": {f"node_modules/{name}": {"version": "1.2.3", "integrity": "sha512-x"} for name in vendor.FILES}}


def test_manifest_names_every_file_with_its_hash(modules, tmp_path):
    manifest = vendor.copy(modules, tmp_path / "vendor", LOCK)
    assert json.loads((tmp_path / "vendor" / "manifest.json").read_text()) == manifest
    assert {package["name"] for package in manifest["packages"]} == set(vendor.FILES)
    for package in manifest["packages"]:
        assert (package["version"], package["licence"], package["integrity"]) == ("1.2.3", "MIT", "sha512-x")
        for file in package["files"]:
            content = (tmp_path / "vendor" / file["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert any("LICENSE" in file["path"] for file in package["files"])


def test_other_version_than_locked_is_refused_and_leaves_no_manifest(modules, tmp_path):
    (modules / "leaflet" / "package.json").write_text(json.dumps({"version": "9.9.9", "license": "MIT"}))
    with pytest.raises(FetchError, match=r"leaflet.*9\.9\.9.*1\.2\.3"):
        vendor.copy(modules, tmp_path / "vendor", LOCK)
    assert not (tmp_path / "vendor" / "manifest.json").exists()


def test_missing_file_is_named(modules, tmp_path):
    (modules / "leaflet" / "dist" / "leaflet.css").unlink()
    with pytest.raises(FetchError, match=r"leaflet\.css"):
        vendor.copy(modules, tmp_path / "vendor", LOCK)


def test_missing_manifest_says_what_to_do(tmp_path):
    with pytest.raises(FetchError) as error:
        vendor.read_manifest(tmp_path)
    assert "web.vendor" in error.value.hint


def test_no_npm_is_a_clear_sentence(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(vendor.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(FetchError, match="npm"):
        vendor.npm_command()


def test_pins_and_lock_agree_and_name_no_address():
    package = json.loads((vendor.WEB / "package.json").read_text())
    text = (vendor.WEB / "package-lock.json").read_text()
    lock = json.loads(text)
    for name in vendor.FILES:
        entry = lock["packages"][f"node_modules/{name}"]
        assert entry["version"] == package["dependencies"][name]
        assert entry["integrity"].startswith("sha512-")
    assert '"resolved"' not in text
