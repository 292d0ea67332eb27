"""Settings: points of one's own, installed for the service and switched on for an organisation."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.settings import page

widgets.require(Permission.SEE_SETTINGS)
page.draw(addressing.current())
