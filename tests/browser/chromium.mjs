// The browser for page tests and screenshots: the system's Chromium, whose WebGL 2
// is drawn in software, so that a machine without a graphics card has it too.
import { existsSync } from "node:fs";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];

export const launch_options = {
  executablePath: process.env.PAGEFRAME_CHROMIUM ?? places.find((place) => existsSync(place)),
  args: [
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ],
};
