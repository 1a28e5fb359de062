"""The frame of the page: small, local, strict, deterministic, and empty of data."""

import json
import re

import pytest

from web import page
from web.page import PageContext, PageError, content_security_policy, new_nonce, render_page
from web.vendor import TARGET

pytestmark = pytest.mark.skipif(not (TARGET / "manifest.json").is_file(), reason="front-end libraries are not set up (make setup)")

HOSTILE = '</script><script>alert(1)</script>"&<img src=x onerror=alert(2)>'


def _page(**more):
    return render_page(PageContext(**{"county_name": "试验县", "bounds": (106.0, 25.0, 106.5, 25.5), **more}), nonce="NONCE")


def test_page_is_small_and_local():
    html = _page()
    assert len(html.encode()) <= 30_000
    assert not re.search(r'(src|href)="https?://', html)
    assert "jquery" not in html
    assert "bootstrap" not in html
    assert '<html lang="zh-CN">' in html


def test_every_inline_block_has_the_nonce_and_the_policy_names_it():
    html = _page()
    blocks = re.findall(r"<(?:script|style)\b[^>]*>", html)
    assert len(blocks) >= 4
    assert all('nonce="NONCE"' in block or 'type="application/json"' in block for block in blocks)
    policy = content_security_policy("NONCE")
    assert "'nonce-NONCE'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_same_input_same_bytes_and_nonces_differ():
    assert _page() == _page()
    assert new_nonce() != new_nonce()


def test_hostile_county_name_stays_text():
    html = _page(county_name=HOSTILE)
    assert HOSTILE not in html
    assert "<img src=x" not in html
    assert html.count("<script") == _page().count("<script")


def test_bootstrap_is_json_with_the_legend_and_no_rows():
    text = re.search(r'id="boot">(.*?)</script>', _page(), re.DOTALL)[1]
    boot = json.loads(text)
    assert [mark["value"] for mark in boot["legend"]["verdicts"]] == ["lacking", "met", "unknown", "excluded"]
    assert boot["assets"]["worker"] == "/static/vendor/maplibre-gl-csp-worker.js"
    assert set(boot) == {"assets", "base", "folder", "legend", "relief", "reliefZoom"}


@pytest.mark.parametrize(
    "address", ['<script src="https://cdn.example/x.js">', "<link href='//cdn.example/x.css'>", "<img src=http://cdn.example/x.png>"]
)
def test_foreign_address_is_refused(address):
    with pytest.raises(PageError, match="外部地址"):
        page.checked(f"<html>{address}</html>")


def test_large_page_is_refused():
    with pytest.raises(PageError, match="上限"):
        page.checked("x" * 30_001)


def test_assets_of_the_bootstrap_exist():
    for name in [*page.LAZY.values(), *page.KEPT_JS.values(), *page.KEPT_CSS.values()]:
        assert (TARGET / name).is_file()


def test_invented_data_says_so_before_any_script_runs():
    assert re.search(r'<span id="synthetic">演示数据', _page(synthetic=True))
    assert re.search(r'<span id="synthetic" hidden>', _page(synthetic=False))
