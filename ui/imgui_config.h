// Dear ImGui's compile-time settings: every file that includes imgui.h gets them.
#pragma once

// 16-bit indices abort above 65,535 vertices in a draw list on WebGL 2.
#define ImDrawIdx unsigned int

// What the page doesn't use it doesn't load.
#define IMGUI_DISABLE_DEMO_WINDOWS
#define IMGUI_DISABLE_DEBUG_TOOLS
#define IMGUI_DISABLE_OBSOLETE_FUNCTIONS
#define IMGUI_DISABLE_FILE_FUNCTIONS
#define IMGUI_DISABLE_DEFAULT_SHELL_FUNCTIONS
#define IMGUI_DISABLE_WIN32_FUNCTIONS
