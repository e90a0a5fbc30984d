import pytest

from tests.faults.trials import Reference, make_reference


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """What a small build makes that nothing disturbs."""
    return make_reference(tmp_path_factory.mktemp("reference"))
