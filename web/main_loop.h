// The browser side of drawing: one window, frames only when something asks for one.
#pragma once

#include "ui/app.h"

namespace pageframe::web {

// Opens the WebGL 2 window on Module.canvas. False: this browser gives none.
bool open_window(ui::App& app);

// A frame soon. ImGui takes some frames to settle after an input: by default this
// and the next two are drawn, then the loop stops altogether.
void request_frame(int frames = 3);

// The canvas has a new size: in CSS pixels, and in device pixels, whose quotient
// need not be the device pixel ratio exactly. Draws at once: the browser has
// cleared the canvas, and would show it empty otherwise.
void resize_window(float css_width, float css_height, int device_width, int device_height);

// The browser took the WebGL context away, and gave one back.
void context_lost();
void context_restored();

// For tests: how many frames were drawn, and how long the program's own part of
// the last one took, in milliseconds.
int frames_drawn();
double frame_milliseconds();
// Only what the program builds of it, without the renderer.
double build_milliseconds();

// Called after each drawn frame, when the page may call back in.
void set_after_frame(void (*callback)());

}  // namespace pageframe::web
