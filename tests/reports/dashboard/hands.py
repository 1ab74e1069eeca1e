"""How a visitor works a page: with a mouse, or with a keyboard and nothing else. Tests are written once for both.

The keyboard is a person's: Tab until the control is reached, arrows within a group or a list, Space and Enter. No
single-key shortcut is used, so that a page without JavaScript is worked the same way.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol

FURTHEST = 400
"""Tab stops after which a control counts as out of reach."""


class Hands(Protocol):
    """What a visitor does; a target is a CSS selector of one visible control."""

    page: Any

    def press(self, target: str) -> None: ...
    def write(self, target: str, text: str) -> None: ...
    def choose(self, target: str, value: str) -> None: ...
    def tick(self, target: str) -> None: ...
    def date(self, target: str, day: date) -> None: ...


class Mouse:
    def __init__(self, page: Any) -> None:
        self.page = page

    def press(self, target: str) -> None:
        self.page.click(target)

    def write(self, target: str, text: str) -> None:
        self.page.fill(target, text)

    def choose(self, target: str, value: str) -> None:
        self.page.select_option(target, value)

    def tick(self, target: str) -> None:
        self.page.check(target)

    def date(self, target: str, day: date) -> None:
        self.page.fill(target, day.isoformat())


class Keyboard:
    def __init__(self, page: Any) -> None:
        self.page = page
        self.keys = page.keyboard

    def press(self, target: str) -> None:
        self.reach(target)
        self.keys.press("Enter")

    def write(self, target: str, text: str) -> None:
        self.reach(target)
        self.keys.press("Control+A")
        self.keys.type(text)

    def choose(self, target: str, value: str) -> None:
        self.reach(target)
        self.keys.press("Home")
        for _ in range(self.page.locator(f"{target} option").count()):
            if self.page.input_value(target) == value:
                return
            self.keys.press("ArrowDown")
        raise AssertionError(f"{value} cannot be chosen in {target}")

    def tick(self, target: str) -> None:
        name = self.page.get_attribute(target, "name")
        radio = self.page.get_attribute(target, "type") == "radio"
        self.reach(f"{target}, input[type=radio][name='{name}']" if radio else target)
        for _ in range(20):
            if self.page.is_checked(target):
                return
            self.keys.press("ArrowDown" if radio and not self._is_here(target) else "Space")
        raise AssertionError(f"{target} cannot be ticked")

    def date(self, target: str, day: date) -> None:
        """Types a day the way this browser writes one, which is its own language's, not the page's."""
        self.reach(target)
        for format in ("%m%d%Y", "%d%m%Y", "%Y%m%d"):
            self.keys.type(day.strftime(format))
            if self.page.input_value(target) == day.isoformat():
                return
            self.keys.press("Shift+Tab")
            self.reach(target)
        raise AssertionError(f"{day} cannot be typed into {target}")

    def reach(self, target: str) -> None:
        """Presses Tab until the target has the focus, and sees that the focus shows."""
        for _ in range(FURTHEST):
            if self._is_here(target):
                assert self.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", target
                return
            self.keys.press("Tab")
        raise AssertionError(f"{target} cannot be reached with Tab on {self.page.url}")

    def _is_here(self, target: str) -> bool:
        return bool(self.page.evaluate("target => document.activeElement.matches(target)", target))
