// On a narrow page there is room for one thing at a time: tabs choose it, and a swipe along
// the tabs or over the sentence goes to the next. Sections name their tab (data-tab); CSS
// decides at which width the others give way (.other-tab), and which tabs there are. On a
// wide page all of a subject is there and the tabs are not.

import type { Subjects } from "./subject";

const swipeLength = 48;

export function connectTabs(subjects: Subjects): void {
  const tabs = [...document.querySelectorAll<HTMLButtonElement>("#tabs [role=tab]")];
  const shown = (): HTMLButtonElement[] => tabs.filter((tab) => tab.offsetParent !== null);

  let picked = false; // by the reader or the author, rather than by what there is
  const choose = (tab: HTMLButtonElement, focus = false): void => {
    document.body.dataset["tab"] = tab.value;
    for (const section of document.querySelectorAll<HTMLElement>("main [data-tab]"))
      section.classList.toggle("other-tab", section.dataset.tab !== tab.value);
    for (const column of document.querySelectorAll("main .column"))
      column.classList.toggle("other-tab", !column.querySelector("section:not(.other-tab, .other-subject)"));
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
    tab.addEventListener("click", () => {
      picked = true;
      choose(tab);
    });
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const next = step === undefined ? undefined : beside(step);
      if (step === undefined) return;
      event.preventDefault();
      picked = true;
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
        picked = true;
        if (next) choose(next);
      },
      { passive: true },
    );
  }

  const chosen = (): HTMLButtonElement | undefined =>
    tabs.find((tab) => tab.value === document.body.dataset["tab"]);
  /** Another subject or width may have taken the chosen tab away. Until the reader picks one it is the
   *  subject's first. */
  const keepOne = (): void => {
    const here = chosen();
    const [first] = shown();
    if (first && (!picked || !here || here.offsetParent === null)) choose(first);
    else if (here) choose(here);
  };
  let subject = document.body.dataset["subject"];
  subjects.onChange((shownView) => {
    // Another subject begins with its own first picture; who reads the text or the log goes on with that.
    const another = subject !== document.body.dataset["subject"];
    subject = document.body.dataset["subject"];
    const [first] = shown();
    if (another && first && ["memory", undefined].includes(chosen()?.value)) choose(first);
    const section = shownView && document.querySelector(`[data-view="${CSS.escape(shownView)}"]`)?.closest("section");
    const tab = section && tabs.find((each) => each.value === section.dataset.tab);
    if (tab && tab.offsetParent !== null) {
      picked = true; // by the author
      choose(tab);
    } else {
      keepOne();
    }
  });
  const row = document.querySelector("#tabs");
  if (row) new ResizeObserver(keepOne).observe(row);
}
