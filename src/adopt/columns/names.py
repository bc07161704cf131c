"""What the name of a column tells, word by word: an identifier, or personal data."""

import re
import unicodedata


def _each(text: str) -> frozenset[str]:
    return frozenset(text.split())


BORDER = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][^\W\d_A-Z])|(?<=\D)(?=\d)")
IDENTIFIERS = {"id", "guid", "uuid", "identifier"}
COUNTERS = {"code", "index", "key", "kennung", "no", "nr", "num", "number", "nummer", "numero"}
THINGS = _each("article case item invoice loan order product record row transaction trip")
# Who or what comes again, and personal data: English, German, French, Spanish, Italian, Dutch.
ENTITIES = _each("""
    account animal client customer device employee family household machine member participant
    patient person player pupil respondent session student subject user visitor
    benutzer familie gerat haushalt kunde kunden maschine patientin proband schuler teilnehmer
    appareil eleve foyer menage participante patiente personne sujet utilisateur
    cliente dispositivo estudiante hogar paciente persona sujeto usuario paziente utente
    apparaat gebruiker klant leerling
""")
PERSONAL = _each("""
    email mail birthday birthdate birthplace dob surname firstname lastname fullname nickname
    phone telephone fax address street passport ssn iban postcode zipcode
    geburtsdatum geburtstag geburtsort vorname nachname familienname telefon telefonnummer handy
    handynummer adresse anschrift strasse postleitzahl plz ausweis reisepass steuernummer
    naissance prenom courriel rue passeport nacimiento apellido apellidos
    telefono direccion calle pasaporte dni nif nascita cognome indirizzo cpf
    bsn achternaam voornaam geboortedatum adres straat telefoon
""")
PHRASES = (
    {"birth", "date"}, {"birth", "day"}, {"birth", "year"}, {"birth", "place"}, {"e", "mail"},
    {"social", "security"}, {"credit", "card"}, {"card", "number"}, {"zip", "code"},
    {"postal", "code"}, {"ip", "address"}, {"tax", "id"}, {"insurance", "number"},
    *({kind, "name"} for kind in ("first", "last", "full", "middle", "given", "maiden", "family")),
    *({entity, "name"} for entity in ENTITIES),
)  # fmt: skip
# These tell of a person only when nothing else stands there: 'product name', 'nombre de pièces'.
ALONE = _each("name birth born zip ip mobile nom portable nombre correo movil nome naam")


def words(name: str) -> list[str]:
    """Return the words of a name, small and without accents: 'CustomerID' is customer and id."""
    plain = unicodedata.normalize("NFKD", BORDER.sub(" ", name)).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [word for word in re.split(r"[\W_]+", letters) if word]


def is_identifier(name: str) -> bool:
    """Say whether a name says so: 'CustomerId', 'id_client', 'userid', 'uuid'."""
    found = words(name)
    ends = {found[0], found[-1]} if found else set()
    glued = {entity + "id" for entity in ENTITIES | THINGS}
    return bool(ends & (IDENTIFIERS | glued))


def is_counter(name: str) -> bool:
    """Say whether a name is an identifier's, or a number's that may be one: 'Unique Key'."""
    return is_identifier(name) or bool(set(words(name)[-1:]) & COUNTERS)


def is_entity(name: str) -> bool:
    """Say whether a name means who or what comes again: 'patient', 'Customer No.', 'user_id'."""
    found = words(name)
    kept = [word for word in found if word not in COUNTERS]
    return is_identifier(name) or (0 < len(kept) <= 2 and kept[-1] in ENTITIES)


def is_personal(name: str) -> bool:
    """Say whether a name is one of personal data: 'E-Mail', 'DateOfBirth', 'Straße'."""
    found = words(name)
    return (
        bool(set(found) & PERSONAL)
        or any(phrase <= set(found) for phrase in PHRASES)
        or (len(found) == 1 and found[0] in ALONE)
    )
