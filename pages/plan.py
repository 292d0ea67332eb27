"""Year wheel: what happens when and what is late, the plan's promises beside the figures, and the actions left."""

from compliance.access.permissions import Permission
from compliance.screens import ui
from compliance.screens.plan import page

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
found = page.year(seen)

page.opening(seen, found)
page.wheel(seen, found)
page.promises(seen, found.plan)
page.actions(seen, found)
