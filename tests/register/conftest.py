"""A small register and what a run saw of a made-up shop."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from register_data import ACTIVITY, ORGANISATION, a_run, finding

from recense.model import Proof
from recense.register import facts
from recense.register.facts import Facts


@pytest.fixture
def seen() -> Facts:
    return facts.of_run(
        a_run(
            finding("clients", "courriel", "contact", "EMAIL_ADDRESS"),
            finding("clients", "nom", "identification", "LAST_NAME", Proof.INDICATED),
            finding("paie", "nir", "government_id", "FR_NIR"),
            datasets=("produits",),
        )
    )


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """A register of one activity, in ``tmp_path/register``."""
    place = tmp_path / "register"
    (place / "activities").mkdir(parents=True)
    (place / "organisation.yaml").write_text(ORGANISATION, encoding="utf-8")
    (place / "activities/clients.yaml").write_text(ACTIVITY, encoding="utf-8")
    return place
