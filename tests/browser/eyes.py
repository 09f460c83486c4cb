"""What is looked at on every page: axe's rules, width, headings, focus, and what the browser complains of."""

from importlib import resources

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text()
RULES = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await axe.run(document, {
    preload: false, resultTypes: ["violations"], runOnly: {type: "tag", values: tags}});
  return found.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 160) + " " + n.failureSummary));
}"""
WIDER = """() => document.documentElement.scrollWidth > innerWidth ?
  [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 3).map(e => e.outerHTML.slice(0, 120)) : []"""
WIDTHS = (390, 1280)

# The controls a keyboard must reach, numbered in the order of the page; a group of radio buttons is one of them.
CONTROLS = """() => {
  const groups = {}, found = [];
  for (const e of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
    if (e.type === "hidden" || e.disabled || !e.checkVisibility()) continue;
    const known = e.type === "radio" ? groups[e.name] : undefined;
    e.dataset.control = known ?? found.length;
    if (known !== undefined) continue;
    if (e.type === "radio") groups[e.name] = found.length;
    found.push(e.outerHTML.slice(0, 120));
  }
  return found;
}"""
# Which of them the keyboard is at, and whether one can see it.
FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== "none";
  return [Number(e.dataset.control ?? -1), ring && box.width > 0 && box.right > 0 && box.bottom > 0];
}"""


class Eyes:
    """Looks at the pages of one browser page and collects what is wrong."""

    def __init__(self, page):
        self.page = page
        self.wrong: list[str] = []
        self.complaints: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message) -> None:
        # That a page answers 404 or 422 is no complaint of ours.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def look(self, name: str) -> None:
        """At the page that is open, in both widths."""
        page = self.page
        if page.locator("h1").count() != 1:
            self.wrong.append(f"{name}: {page.locator('h1').count()} h1")
        page.evaluate(AXE)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            self.wrong += [f"{name}, {width} px, {each}" for each in page.evaluate(RULES)]
            self.wrong += [f"{name}, {width} px, too wide: {each}" for each in page.evaluate(WIDER)]
        self.wrong += [f"{name}: {each}" for each in self.complaints]
        self.complaints.clear()

    def tab_through(self, name: str) -> None:
        """Every control is reached by the tab key, in the order of the page, and can be seen to be."""
        expected, reached = self.page.evaluate(CONTROLS), []
        self.page.locator("body").evaluate("body => body.focus()")
        for _step in expected:
            self.page.keyboard.press("Tab")
            here = self.page.evaluate(FOCUS)
            if here is None:
                break
            control, seen = here
            reached.append(control)
            if not seen:
                self.wrong.append(f"{name}: focus cannot be seen on {expected[control]}")
        if reached != list(range(len(expected))):
            missed = [expected[number] for number in range(len(expected)) if number not in reached]
            self.wrong.append(f"{name}: the tab key goes {reached}; it never reaches {missed}")
