"""How dialogs show a choice: QGIS's own would show the options' ids."""

from __future__ import annotations

from typing import Any, List

from processing.gui.wrappers import WidgetWrapper
from qgis.gui import QgsCheckableComboBox
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QComboBox

from .choice import as_options, choice_label


class ChoiceWidget(WidgetWrapper):  # type: ignore[misc]
    """A box with the options' labels; its value is their ids. In dialogs, batch and the model designer."""

    def createWidget(self) -> QComboBox:  # noqa: N802 (QGIS's names, here and below)
        """Make the box."""
        definition = self.parameterDefinition()
        self.several = bool(definition.allowMultiple())
        box = QgsCheckableComboBox() if self.several else QComboBox()
        for option in definition.options():
            if self.several:
                box.addItemWithCheckState(choice_label(option), Qt.CheckState.Unchecked, option)
            else:
                box.addItem(choice_label(option), option)
        changed = box.checkedItemsChanged if self.several else box.currentIndexChanged
        changed.connect(lambda *_: self.widgetValueHasChanged.emit(self))
        return box

    def setValue(self, value: Any) -> None:  # noqa: N802
        """Show a value: an id, a number, a label, or several."""
        found = as_options(self.parameterDefinition().options(), value)
        if not self.several:
            self.widget.setCurrentIndex(max(0, self.widget.findData(found)))
            return
        chosen: List[str] = list(found) if isinstance(found, (list, tuple)) else [found]
        for position in range(self.widget.count()):
            ticked = self.widget.itemData(position) in chosen
            state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
            self.widget.setItemCheckState(position, state)

    def value(self) -> Any:
        """Return the id of what is chosen; of several, their ids."""
        return list(self.widget.checkedItemsData()) if self.several else self.widget.currentData()
