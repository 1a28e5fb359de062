"""Whatever the description allows is answered as the description says; whatever it forbids is a problem, never a crash."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import create_app
from api.settings import Settings

PATHS = sorted(create_app(Settings()).openapi()["paths"])


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_answers_keep_to_the_description(server, path):
    operation = schemathesis.openapi.from_url(f"{server.base}/openapi.json")[path]["GET"]

    @settings(max_examples=10, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(operation.as_strategy())
    def run(case):
        response = case.call(timeout=60)
        assert response.status_code < 500, response.text
        # No schema can say which columns, areas or filters there are: such a text may be refused, as a problem.
        case.validate_response(response, excluded_checks=[positive_data_acceptance])

    run()
