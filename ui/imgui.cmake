# Dear ImGui as a target, compiled from source with our own configuration.
#
# Where the source comes from, in this order:
#   FETCHCONTENT_SOURCE_DIR_IMGUI    a folder that you name
#   web/toolchain/.cache/imgui       what web/toolchain/setup brought
#   upstream's release tag           PAGEFRAME_FETCH_IMGUI=ON, needs the internet

option(PAGEFRAME_FETCH_IMGUI "Fetch Dear ImGui from upstream when it isn't there" OFF)
set(imgui_kept "${PROJECT_SOURCE_DIR}/web/toolchain/.cache/imgui")

if(FETCHCONTENT_SOURCE_DIR_IMGUI)
    set(imgui_folder "${FETCHCONTENT_SOURCE_DIR_IMGUI}")
elseif(EXISTS "${imgui_kept}/imgui.h")
    set(imgui_folder "${imgui_kept}")
elseif(PAGEFRAME_FETCH_IMGUI)
    include(FetchContent)
    FetchContent_Declare(imgui
        GIT_REPOSITORY https://github.com/ocornut/imgui.git
        GIT_TAG v1.92.2b
        GIT_SHALLOW ON)
    FetchContent_MakeAvailable(imgui)
    set(imgui_folder "${imgui_SOURCE_DIR}")
else()
    message(STATUS "Dear ImGui isn't there: building without ui (run web/toolchain/setup)")
    return()
endif()

add_library(imgui STATIC
    ${imgui_folder}/imgui.cpp
    ${imgui_folder}/imgui_draw.cpp
    ${imgui_folder}/imgui_tables.cpp
    ${imgui_folder}/imgui_widgets.cpp)
# SYSTEM: our warnings are about our own code.
target_include_directories(imgui SYSTEM PUBLIC ${imgui_folder})
target_include_directories(imgui PUBLIC ${PROJECT_SOURCE_DIR})
target_compile_definitions(imgui PUBLIC IMGUI_USER_CONFIG="ui/imgui_config.h")
target_compile_options(imgui PRIVATE -w)
if(PAGEFRAME_SANITIZE)
    target_compile_options(imgui PRIVATE -fno-sanitize=all)
endif()
set_target_properties(imgui PROPERTIES IMGUI_FOLDER "${imgui_folder}")
