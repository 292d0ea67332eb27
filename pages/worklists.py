"""Work lists: what is left in each unit, ready to send, with a status and a note of each item."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.worklists import page

widgets.require(Permission.LOAD_EXPORTS)
page.draw(addressing.current())
