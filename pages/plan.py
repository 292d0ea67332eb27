"""Year wheel: what happens when and what is late, the plan's promises beside the figures, and the actions left."""

from compliance import ui_plan
from compliance.access.permissions import Permission
from compliance.screens import ui

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
found = ui_plan.year(seen)

ui_plan.opening(seen, found)
ui_plan.wheel(seen, found)
ui_plan.promises(seen, found.plan)
ui_plan.actions(seen, found)
