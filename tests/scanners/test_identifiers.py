"""The identifiers of the research notes: every valid value found by a detector of its kind, every invalid one refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from recense.scanners.detector import detectors
from recense.scanners.matching import judge

DETECTORS = {
    "nir_fr": ("fr-nir", "fr-nia"), "nia_fr": ("fr-nia",), "spi_fr": ("fr-spi",), "siren": ("siren",), "siret": ("siret",),
    "vat_fr": ("vat-fr",), "rib_fr": ("fr-rib",), "iban": ("iban",), "bic": ("bic",), "payment_card": ("card",),
    "phone_fr": ("phone-fr",), "postal_code_fr": ("fr-postcode",), "insee_commune": ("fr-insee-commune",),
    "cni_fr_old": ("fr-cni",), "cni_fr_new": ("fr-cnie",), "cni_fr_mrz": ("mrz",), "mrz_td3": ("mrz",), "mrz_td1": ("mrz",),
    "passport_fr": ("fr-passport",), "driving_licence_fr": ("fr-driving-licence",), "agdref": ("fr-agdref",),
    "plate_siv": ("fr-plate",), "plate_fni": ("fr-plate-old",), "rpps": ("fr-rpps",), "adeli": ("fr-adeli",),
    "finess": ("fr-finess",), "ine": ("fr-ine",), "uai": ("fr-uai",), "numen": ("fr-numen",), "be_nn": ("be-nn",),
    "es_dni": ("es-dni",), "es_nie": ("es-nie",), "it_cf": ("it-codice-fiscale",), "de_idnr": ("de-idnr",),
    "nl_bsn": ("nl-bsn",), "pt_nif": ("pt-nif",), "pt_cc": ("pt-cc",), "pl_pesel": ("pl-pesel",), "ro_cnp": ("ro-cnp",),
    "se_pnr": ("se-personnummer",), "dk_cpr": ("dk-cpr",), "fi_hetu": ("fi-hetu",), "no_fnr": ("no-fodselsnummer",),
    "at_vnr": ("at-svnr",), "ch_ahv": ("ch-ahv",), "ie_pps": ("ie-pps",), "gr_amka": ("gr-amka",), "bg_egn": ("bg-egn",),
    "cz_rc": ("cz-rodne-cislo",), "si_emso": ("si-emso",), "hr_oib": ("hr-oib",), "ee_ik": ("ee-isikukood",),
    "lt_ak": ("lt-asmens-kodas",), "lv_pk": ("lv-personas-kods",), "is_kt": ("is-kennitala",), "gb_nhs": ("gb-nhs",),
    "gb_utr": ("gb-utr",), "us_ssn": ("us-ssn",), "us_itin": ("us-itin",), "lu_matricule": ("lu-matricule",),
    "gb_nino": ("gb-nino",), "ipv4": ("ipv4",), "ipv6": ("ipv6",), "mac": ("mac",), "imei": ("imei",), "imsi": ("imsi",),
    "ad_id": ("advertising-id",), "cookie_ga": ("cookie-ga",), "cookie_matomo": ("cookie-matomo",),
    "tcf_string": ("tcf-string",), "user_agent": ("user-agent",), "geo": ("coordinates",), "bcrypt": ("password-hash",),
    "argon2": ("password-hash",), "sha512crypt": ("password-hash",), "jwt": ("jwt",), "pem_key": ("private-key",),
    "cip13": ("fr-medicine",),
}  # fmt: skip


@pytest.fixture(scope="module")
def identifiers() -> list[dict[str, object]]:
    root = Path(__file__).resolve().parents[2]
    path = Path(os.environ.get("RECENSE_SHARED", root.parent / "shared")) / "facts" / "law" / "identifiers.yaml"
    if not path.is_file():
        pytest.skip("the research notes (../shared, or RECENSE_SHARED) are not here")
    found: list[dict[str, object]] = yaml.safe_load(path.read_text(encoding="utf-8"))["identifiers"]
    return found


def test_every_kind_has_a_detector(identifiers: list[dict[str, object]]) -> None:
    assert {entry["id"] for entry in identifiers} == set(DETECTORS)
    assert {id_ for ids in DETECTORS.values() for id_ in ids} <= set(detectors())


def _variants(text: str) -> set[str]:
    same = {text, text.lower(), f"  {text} "}
    if "\n" not in text:
        same.add(text.replace(" ", "\u00a0"))
    return same


CASE_MATTERS = {"bic", "tcf-string", "password-hash", "jwt", "private-key", "api-key"}


@pytest.mark.parametrize("kind", sorted(DETECTORS))
def test_valid_values_are_found_and_invalid_ones_refused(kind: str, identifiers: list[dict[str, object]]) -> None:
    (entry,) = [e for e in identifiers if e["id"] == kind]
    asked = [detectors()[id_] for id_ in DETECTORS[kind]]
    for value in entry["valid_synthetic"]:  # type: ignore[attr-defined]
        for text in _variants(value) - (
            {value.lower()} if CASE_MATTERS & set(DETECTORS[kind]) and value != value.lower() else set()
        ):
            assert any(judge(d, text)[1] for d in asked), f"entry {kind}: a valid value is missed"
    for value in entry["invalid"]:  # type: ignore[attr-defined]
        assert not any(judge(d, value)[0] for d in asked), f"entry {kind}: an invalid value is accepted"
