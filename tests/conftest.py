"""How property tests run: no clock (machines differ); in continuous integration always the same examples. Which tests begin."""

import os

from hypothesis import settings

settings.register_profile("everywhere", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "everywhere")

LONGEST = ("test_readme.py", "test_openapi.py", "test_siting.py", "test_demo_whole.py", "test_browser_page.py", "test_import_crash.py")
"""Files that take minutes each: they begin, so that no worker is left with one of them alone at the end."""


def pytest_collection_modifyitems(items):
    """The longest files first; all others in their order."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
