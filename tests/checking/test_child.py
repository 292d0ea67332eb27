"""The check of a pack in a child process: the same sentences; whatever the pack does, this process goes on."""

import json
import os
import pickle
import resource
import signal
from datetime import date

import pytest

from compliance.checking import child
from compliance.checking.checking import check_files
from compliance.checking.child import STOPPED, check_in_child, faults_as_json
from compliance.core import children
from compliance.core.errors import Hindered, Refusal, refusal_from_json
from compliance.core.language import LANGUAGES, Language
from compliance.core.saving import full_temporary_refusal
from tests.checking.test_hostile_packs import GOOD, HOSTILE, POINT, SQL, changed

ORIGIN = "acme.licences"
WRONG = changed(POINT, 'id = "licences"', 'id = "access"'), changed(SQL, "left join", "left\0join")


def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGSEGV)


def be_killed(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def take_memory(*_args, **_kwargs):
    return bytes(children.MEMORY)


def find_no_room(*_args, **_kwargs):
    raise full_temporary_refusal()


def used(whose):
    found = resource.getrusage(whose)
    return found.ru_utime + found.ru_stime


@pytest.mark.live
@pytest.mark.parametrize("files", [GOOD, *WRONG], ids=["nothing", "a name", "a statement"])
def test_a_child_says_the_same(files):
    found = check_in_child(files, origin=ORIGIN)
    for code in LANGUAGES:
        say = Language(code)
        expected = [say.refusal(each.sentence) for each in check_files(files, origin=ORIGIN)]
        assert [say.refusal(each.sentence) for each in found] == expected


def test_a_refusal_is_the_same_where_another_process_has_told_it():
    within = Refusal("On {day}.", day=date(2026, 12, 1))
    refusal = Refusal("{n} of {file}: {why}", n=2, file="{", why=within)
    for told in (refusal_from_json(json.loads(json.dumps(refusal.as_json()))), pickle.loads(pickle.dumps(refusal))):
        for code in LANGUAGES:
            assert Language(code).refusal(told) == Language(code).refusal(refusal)


@pytest.mark.live
def test_a_pack_without_end_takes_no_processor_of_this_process():
    """stalled: pages are drawn by this process, and only one of its threads runs Python at a time"""
    files, _ = HOSTILE["rows without end"]
    ours, theirs = used(resource.RUSAGE_SELF), used(resource.RUSAGE_CHILDREN)
    assert check_in_child(files, origin=ORIGIN)
    ours, theirs = used(resource.RUSAGE_SELF) - ours, used(resource.RUSAGE_CHILDREN) - theirs
    assert theirs > 2
    assert ours < theirs / 10


@pytest.mark.live
@pytest.mark.parametrize("harm", [die, take_memory])
def test_a_pack_that_makes_the_child_die_is_refused_with_a_sentence(harm, monkeypatch):
    monkeypatch.setattr(child, "faults_as_json", harm)
    assert [str(each.sentence) for each in check_in_child(GOOD, origin=ORIGIN)] == [f"{ORIGIN}: {STOPPED}"]


@pytest.mark.live
def test_a_child_that_others_have_killed_is_no_fault_of_the_pack(monkeypatch):
    monkeypatch.setattr(child, "faults_as_json", be_killed)
    with pytest.raises(Hindered, match="busy"):
        check_in_child(GOOD, origin=ORIGIN)


@pytest.mark.live
def test_a_child_that_finds_no_room_is_no_fault_of_the_pack(monkeypatch):
    monkeypatch.setattr(child, "faults_as_json", find_no_room)
    with pytest.raises(Hindered, match="no room"):
        check_in_child(GOOD, origin=ORIGIN)


def test_what_a_child_tells_is_no_object():
    assert json.loads(faults_as_json(GOOD, origin=ORIGIN, others=())) == []
