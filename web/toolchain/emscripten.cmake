# The toolchain file of preset web: Emscripten's own, wherever setup found it.
set(pageframe_emscripten "${CMAKE_CURRENT_LIST_DIR}/.cache/emscripten.path")
if(NOT EXISTS "${pageframe_emscripten}")
    message(FATAL_ERROR "No Emscripten yet: run web/toolchain/setup")
endif()
file(STRINGS "${pageframe_emscripten}" pageframe_emscripten_root)
include("${pageframe_emscripten_root}/cmake/Modules/Platform/Emscripten.cmake")
