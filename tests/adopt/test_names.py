"""The name of a column tells an identifier or personal data, word by word."""

import pytest

from adopt.columns import names


@pytest.mark.parametrize(
    "name", ["CustomerId", "RespondentID", "Id", "user_id", "uuid", "id_cliente", "patientid"]
)
def test_an_identifier_is_known_by_its_name(name: str) -> None:
    assert names.is_identifier(name)


@pytest.mark.parametrize("name", ["paid", "covid", "Fluid", "humid_days", "idle", "", "größe"])
def test_a_word_that_only_ends_like_one_is_none(name: str) -> None:
    assert not names.is_identifier(name)


@pytest.mark.parametrize("name", ["patient", "PatientNo", "Kunden-Nr", "SchülerNr", "user id"])
def test_who_comes_again_is_known_by_its_name(name: str) -> None:
    assert names.is_entity(name)


@pytest.mark.parametrize(
    "name",
    ["Name", "first_name", "customer name", "E-Mail", "eMail", "DateOfBirth", "téléphone",
     "Straße", "SSN", "IBAN", "Geburtsdatum", "home address", "Apellido", "zip"],
)  # fmt: skip
def test_personal_data_is_known_by_its_name(name: str) -> None:
    assert names.is_personal(name)


@pytest.mark.parametrize(
    "name", ["product_name", "birth weight", "nombre de pièces", "patients", "emailed", "handyman"]
)
def test_what_only_holds_such_a_word_is_no_personal_data(name: str) -> None:
    assert not names.is_personal(name)
