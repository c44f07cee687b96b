// On a narrow page there is room for one thing at a time: tabs choose it, and a swipe along
// the tabs or over the sentence goes to the next. CSS decides what a tab shows at which
// width (body[data-tab]); on a wide page everything is there and the tabs are not.

const swipeLength = 48;

export function connectTabs(): void {
  const tabs = [...document.querySelectorAll<HTMLButtonElement>("#tabs [role=tab]")];
  const shown = (): HTMLButtonElement[] => tabs.filter((tab) => tab.offsetParent !== null);

  const choose = (tab: HTMLButtonElement, focus = false): void => {
    document.body.dataset["tab"] = tab.value;
    for (const other of tabs) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
    }
    if (focus) tab.focus();
    tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const beside = (step: number): HTMLButtonElement | undefined => {
    const all = shown();
    const here = all.findIndex((tab) => tab.value === document.body.dataset["tab"]);
    return all[here + step];
  };

  for (const tab of tabs) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const next = step === undefined ? undefined : beside(step);
      if (step === undefined) return;
      event.preventDefault();
      if (next) choose(next, true);
    });
  }

  for (const area of document.querySelectorAll<HTMLElement>("[data-swipe]")) {
    let start: { x: number; y: number } | null = null;
    area.addEventListener(
      "touchstart",
      ({ touches }) => {
        const [touch] = touches;
        start = touches.length === 1 && touch ? { x: touch.clientX, y: touch.clientY } : null;
      },
      { passive: true },
    );
    area.addEventListener(
      "touchend",
      ({ changedTouches }) => {
        const [touch] = changedTouches;
        if (start === null || touch === undefined) return;
        const [right, down] = [touch.clientX - start.x, touch.clientY - start.y];
        start = null;
        if (Math.abs(right) < swipeLength || Math.abs(right) < 2 * Math.abs(down)) return;
        const next = beside(right < 0 ? 1 : -1);
        if (next) choose(next);
      },
      { passive: true },
    );
  }

  const [first] = tabs;
  if (first) choose(first);
}
