// Misses as bars in SVG: the first level's, and before them those that had to be walked for.
// Pointing at a bar, or going along with the arrow keys, tells its numbers in words.

import { digits, make } from "./dom";
import type { MissCounts } from "./engine";

export interface Bar extends MissCounts {
  label: string;
  /** Something is left out between this bar and the one before. */
  gapBefore: boolean;
}

const width = 1000;
const height = 100;

/** `ends`: what the first and the last place along the axis are. */
export function bars(title: string, scale: string, all: Bar[], ends: [string, string]): HTMLElement {
  const joined = join(all, 500);
  const share = (misses: number, references: number): number => (references === 0 ? 0 : misses / references);
  const most = Math.max(...joined.map((bar) => share(bar.firstLevelMisses, bar.references)), 1e-9);
  const step = width / Math.max(joined.length, 1);
  const path = (misses: (bar: Bar) => number): string =>
    joined
      .map((bar, index) => {
        const tall = (share(misses(bar), bar.references) / most) * height;
        return tall > 0 ? `M${(index * step).toFixed(2)} ${height}v${(-tall).toFixed(2)}h${step.toFixed(2)}v${tall.toFixed(2)}z` : "";
      })
      .join("");
  const gaps = joined
    .map((bar, index) => (bar.gapBefore ? `M${(index * step).toFixed(2)} 0v${height}` : ""))
    .join("");
  const picture = element("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", tabindex: "0", role: "img" });
  picture.setAttribute("aria-label", `${title}, ${joined.length} steps; arrow keys tell each one`);
  const mark = element("rect", { class: "mark", y: "0", width: String(Math.max(step, 2)), height: String(height), visibility: "hidden" });
  picture.append(
    element("path", { class: "gaps", d: gaps }),
    element("path", { class: "first", d: path((bar) => bar.firstLevelMisses) }),
    element("path", { class: "second", d: path((bar) => bar.secondLevelMisses) }),
    mark,
  );
  const readout = make("p", "readout", scale);
  readout.setAttribute("aria-live", "polite");
  let chosen = -1;
  const choose = (index: number): void => {
    chosen = Math.min(Math.max(index, 0), joined.length - 1);
    const bar = joined[chosen];
    if (!bar) return;
    mark.setAttribute("x", String(chosen * step));
    mark.setAttribute("visibility", "visible");
    readout.textContent = `${bar.label}: ${digits(bar.references)} references, ${digits(bar.firstLevelMisses)} not in the first level, ${digits(bar.secondLevelMisses)} not in the second`;
  };
  const leave = (): void => {
    mark.setAttribute("visibility", "hidden");
    readout.textContent = scale;
  };
  picture.addEventListener("pointermove", (event) => {
    const { left, width: wide } = picture.getBoundingClientRect();
    choose(Math.floor(((event.clientX - left) / wide) * joined.length));
  });
  picture.addEventListener("pointerleave", leave);
  picture.addEventListener("blur", leave);
  picture.addEventListener("keydown", (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    choose(chosen + move);
  });
  const top = make("span", "top", `${perThousand(most)} per 1,000`);
  const axis = make("div", "ends", make("span", "", ends[0]), make("span", "", ends[1]));
  const legend = make("span", "legend", make("i", "first"), "first level", make("i", "second"), "second level");
  return make("section", "trace-plot", make("div", "heading", make("h3", "", title), legend), make("div", "plot", top, picture), axis, readout);
}

const perThousand = (share: number): string => (share * 1000).toFixed(share < 0.01 ? 2 : 0);

/** Neighbours together, so that there are at most `most`. */
function join(all: Bar[], most: number): Bar[] {
  const together = Math.ceil(all.length / most);
  const joined: Bar[] = [];
  for (let first = 0; first < all.length; first += together) {
    const group = all.slice(first, first + together);
    const [lead] = group;
    if (!lead) break;
    const sum = { ...lead };
    for (const bar of group.slice(1)) {
      sum.references += bar.references;
      sum.firstLevelMisses += bar.firstLevelMisses;
      sum.secondLevelMisses += bar.secondLevelMisses;
    }
    joined.push(sum);
  }
  return joined;
}

function element(name: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
