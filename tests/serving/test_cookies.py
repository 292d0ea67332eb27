"""Cookies are told apart as browsers tell them apart: what guards one must not be gone around by another spelling."""

from compliance.serving import cookies


def sent(*values):
    return cookies.sent({"headers": [(b"cookie", value) for value in values]})


def test_a_name_after_an_odd_blank_is_another_name():
    mine = b"__Host-compliance=mine"
    assert sent(b"a=1;\t" + mine + b" ; b") == {"a": "1", "__Host-compliance": "mine"}
    for blank in (b"\xa0", b"\x85", b"\x1c", b"\xc2\xa0", b"\x0b"):
        for tossed in (blank + b"__Host-compliance=other", b"__Host-compliance" + blank + b"=other"):
            assert sent(mine + b"; " + tossed)["__Host-compliance"] == "mine"
            assert sent(mine, tossed)["__Host-compliance"] == "mine"


def test_only_the_cookie_against_forged_requests_is_passed_on():
    names = (
        b"_streamlit_user",
        b" _streamlit_user_1",
        b"\xa0_streamlit_user",
        b"\x0b_streamlit_session",
        b"compliance",
    )
    for name in names:
        scope = {"headers": [(b"cookie", name + b"=forged; _streamlit_xsrf=2|a"), (b"cookie", name + b"=forged")]}
        assert cookies.without_cookies(scope)["headers"] == [(b"cookie", b"_streamlit_xsrf=2|a")]
        assert cookies.without_cookies({"headers": [(b"cookie", name + b"=forged")]})["headers"] == []
