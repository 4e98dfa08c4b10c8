import pytest

from matching.accounts import passwords
from matching.accounts.passwords import hash_password, random_password, verify_password
from matching.errors import DomainError


def test_a_password_fits_its_own_hash_and_no_other():
    stored = hash_password("correct horse battery")
    assert verify_password(stored, "correct horse battery")
    assert not verify_password(stored, "correct horse batterz")


def test_an_unknown_login_costs_as_much_as_a_known_one():
    """The stand-in hash has the parameters in force, so verifying against it takes as long."""
    assert not passwords._HASHER.check_needs_rehash(passwords._NOBODY)
    assert not verify_password(None, "anything at all")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_short"),
        ("x" * 129, "password_long"),
        ("password123", "password_common"),
        ("5201314520", "password_common"),
        ("aaaaaaaabb", "password_common"),
    ],
)
def test_weak_passwords_are_refused_with_a_reason(password, code):
    with pytest.raises(DomainError) as caught:
        hash_password(password)
    assert caught.value.code == code


def test_first_passwords_are_long_random_and_without_look_alikes():
    made = {random_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) == 12 and not set(one) & set("0o1il") for one in made)
