"""Whatever the description allows is answered as the description says; whatever it forbids is a problem, never a crash."""

import pytest
import schemathesis
import synthetic_plan
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import create_app
from api.settings import Settings

OPERATIONS = sorted((path, method.upper()) for path, methods in create_app(Settings()).openapi()["paths"].items() for method in methods)
READING = [(path, method) for path, method in OPERATIONS if method == "GET"]
SITING = ("/plans/sites", "/plans/choice", "/rasters/site_scores")
ANSWERED = ("/plans/sites/rank",)
"""Asked by POST for the length of the question; no job is made of it."""
WRITING = [(path, method) for path, method in OPERATIONS if method != "GET"]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), READING)
def test_answers_keep_to_the_description(server, path, method):
    _ask_whatever_is_allowed(server, path, method)


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted({path for path, _ in READING if path.startswith(("/plans", "/jobs"))}))
def test_answers_about_a_plan_keep_to_the_description(planned, path):
    _ask_whatever_is_allowed(planned, path, "GET")


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted({path for path, _ in READING if path.startswith(SITING)}))
def test_answers_about_siting_keep_to_the_description(studied, path):
    _ask_whatever_is_allowed(studied, path, "GET")


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), WRITING)
def test_orders_keep_to_the_description(own_study, serve, path, method):
    """A hundred may wait, so that orders are taken, not only refused."""
    synthetic_plan.commit_plan(own_study)
    with serve(own_study, most_waiting=100) as server:
        _ask_whatever_is_allowed(server, path, method)
        if method == "POST" and path not in ANSWERED:
            assert server.get("/jobs").json["jobs"], "some were taken"


def _ask_whatever_is_allowed(server, path, method):
    operation = schemathesis.openapi.from_url(f"{server.base}/openapi.json")[path][method]

    @settings(max_examples=10, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(operation.as_strategy())
    def run(case):
        response = case.call(timeout=60)
        assert response.status_code < 500, response.text
        # No schema can say which columns, areas or filters there are: such a text may be refused, as a problem.
        case.validate_response(response, excluded_checks=[positive_data_acceptance])

    run()
