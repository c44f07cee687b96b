// The address lens: what an address is on every level, as an indented list of text. It follows
// what is picked, and without that the step; a level is a button that picks what it names.
//
//     [ address or pfn          ]
//     ffffc900 00001 234   vmalloc and ioremap
//     └ v + 0x1234         3 pages and a guard page
//       └ ...

import { byId, make } from "./dom";
import { noPfn, type LensLevel } from "./engine";
import type { Reader } from "./reader";

export class Lens {
  private readonly field = make("input");
  private readonly problem = make("p", "lens-problem");
  private readonly levels = make("ul", "lens-levels");
  private readonly clear = make("button", "quiet", "Let go");

  constructor(private readonly reader: Reader) {
    this.build(byId("lens"));
    reader.on("run", () => this.show());
    reader.on("step", () => this.show());
    reader.on("selection", () => this.show());
    this.show();
  }

  private build(place: HTMLElement): void {
    const heading = make("h2", "", "Where it is");
    heading.id = "lens-heading";
    place.setAttribute("aria-labelledby", heading.id);
    place.removeAttribute("aria-label");
    const form = make("form", "lens-form", this.field);
    this.field.type = "text";
    this.field.spellcheck = false;
    this.field.autocomplete = "off";
    this.field.setAttribute("autocapitalize", "off");
    this.field.setAttribute("aria-label", "Address or page frame number");
    this.field.placeholder = "p + 8, or pfn 4098";
    this.problem.id = "lens-problem";
    this.problem.setAttribute("role", "alert");
    this.problem.hidden = true;
    this.field.setAttribute("aria-describedby", this.problem.id);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.look();
    });
    this.field.addEventListener("input", () => this.tell(""));
    this.clear.type = "button";
    this.clear.addEventListener("click", () => {
      this.field.value = "";
      this.tell("");
      this.reader.program.select(noPfn);
      this.show();
    });
    this.levels.setAttribute("aria-label", "What the address is, level by level");
    place.append(make("div", "heading", heading, this.clear, form), this.problem, this.levels);
  }

  private look(): void {
    const { address, problem } = this.reader.program.readAddress(this.field.value);
    this.tell(problem);
    if (problem === "") this.pick(address, noPfn);
  }

  private pick(address: string, pfn: number): void {
    if (address !== "") this.reader.program.selectAddress(address);
    else this.reader.program.select(pfn);
    this.show();
  }

  private tell(problem: string): void {
    this.problem.textContent = problem;
    this.problem.hidden = problem === "";
    this.field.setAttribute("aria-invalid", String(problem !== ""));
  }

  private show(): void {
    const { levels } = this.reader.program.lens();
    const focused = [...this.levels.querySelectorAll("button")].findIndex((each) => each === document.activeElement);
    this.levels.replaceChildren(...levels.map((level, depth) => this.row(level, depth)));
    if (levels.length === 0) this.levels.append(make("li", "lens-empty", "This step is about no address."));
    if (focused >= 0) this.levels.querySelectorAll("button")[focused]?.focus();
    this.clear.hidden = !/[sa]\d/.test(this.reader.program.viewSettings());
  }

  private row({ text, detail, role, address, pfn }: LensLevel, depth: number): HTMLLIElement {
    const words = [make("span", `lens-text ${role}`, text), " ", make("span", "lens-detail", detail)];
    const item = make("li");
    item.title = `${text} ${detail}`;
    item.dataset["depth"] = String(Math.min(depth, 9));
    if (address === "" && pfn === noPfn) {
      item.append(...words);
      return item;
    }
    const button = make("button", "", ...words);
    button.type = "button";
    button.addEventListener("click", () => this.pick(address, pfn));
    if (address === "") {
      button.addEventListener("pointerenter", () => this.reader.program.hover(pfn));
      button.addEventListener("pointerleave", () => this.reader.program.hover(noPfn));
    }
    item.append(button);
    return item;
  }
}
