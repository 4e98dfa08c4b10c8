from dataclasses import replace

import pytest

from matching.crypto import KeyMissing, load_keyring, make_keyring
from matching.errors import DomainError


def test_what_is_sealed_opens_only_in_its_own_place():
    ring = make_keyring()
    sealed = ring.seal_facts({"phone": "13800001234"}, "member")
    assert b"13800001234" not in sealed
    assert ring.open_facts(sealed, "member") == {"phone": "13800001234"}
    with pytest.raises(KeyMissing):
        ring.open_facts(sealed, "employer")


def test_an_old_key_still_opens_after_a_new_one_became_current():
    ring = make_keyring()
    sealed = ring.seal(b"x", "a")
    newer = replace(ring, current="k002", keys={**ring.keys, "k002": b"2" * 32})
    assert newer.open(sealed, "a") == b"x"
    assert newer.seal(b"x", "a")[:4] == b"k002"
    with pytest.raises(KeyMissing):
        ring.open(newer.seal(b"x", "a"), "a")


def test_blind_index_is_stable_and_tells_columns_apart():
    ring = make_keyring()
    assert ring.blind("1", "id") == ring.blind("1", "id")
    assert ring.blind("1", "id") != ring.blind("1", "phone")
    assert ring.blind("1", "id") != make_keyring().blind("1", "id")


def test_key_file_is_made_once_and_kept_private(tmp_path):
    path = tmp_path / "keys.json"
    ring = load_keyring(path, create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_keyring(path, create=False) == ring
    path.chmod(0o644)
    with pytest.raises(DomainError) as caught:
        load_keyring(path, create=True)
    assert caught.value.code == "key_file_readable_by_others"
