"""What the gate needs of Streamlit: its sessions and files, and its messages (`serving.gate.Backend`)."""

from typing import Final

from streamlit.proto.AuthRedirect_pb2 import AuthRedirect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import get_instance

from compliance.access.permissions import User
from compliance.bending.runs import SESSION
from compliance.serving.gate import HEADER, MEDIA

# What a browser sends by itself, without anybody using the page.
BY_ITSELF: Final = frozenset({"app_heartbeat"})
# What the pages need besides a file to download. Streamlit's other messages are tools for whoever writes an app: they
# empty the caches of everybody, watch the files of the program, tell of its repository, and write beside it.
NEEDED: Final = BY_ITSELF | {"rerun_script", "stop_script", "file_urls_request"}
# Streamlit's settings for a service with a login: whose session a websocket is of.
WITH_LOGIN: Final = {"server.trustedUserHeaders": {HEADER.decode(): SESSION}}
# What makes a browser leave the page for the address that begins everything.
farewell: Final[bytes] = ForwardMsg(auth_redirect=AuthRedirect(url="/")).SerializeToString()


def is_needed(content: bytes, key: str) -> bool:
    """Whether a message is one that the pages need; a file is made for the session whose page shows its button."""
    message = _read(content)
    if message.backend_operation_request.WhichOneof("payload") == "deferred_file":
        file = message.backend_operation_request.deferred_file.file_id
        return bool(get_instance().media_file_mgr.is_asked_by(file, key))  # type: ignore[attr-defined]
    return message.WhichOneof("type") in NEEDED


def is_use(content: bytes) -> bool:
    """Whether a browser's message comes from somebody who uses the page."""
    message = _read(content)
    kind = message.WhichOneof("type")
    return (
        kind is not None
        and kind not in BY_ITSELF
        and not (kind == "rerun_script" and message.rerun_script.is_auto_rerun)
    )


def belongs(page: str, key: str) -> bool:
    """Whether a page of Streamlit belongs to the session with a key."""
    session = get_instance().get_app_session(page)
    return session is not None and session.matches_user_info({SESSION: key})


def may_fetch(path: str, key: str, user: User) -> bool:
    """Whether the file at an address was made for the session with a key, and for the user as they are now."""
    file = path.removeprefix(MEDIA).partition(".")[0]
    return bool(get_instance().media_file_mgr.is_of(file, key, user))  # type: ignore[attr-defined]


def _read(content: bytes) -> BackMsg:
    """A browser's message; an empty one if it cannot be read."""
    try:
        message: BackMsg = BackMsg.FromString(content)
    except Exception:
        return BackMsg()
    return message
