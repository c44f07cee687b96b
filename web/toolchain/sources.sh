# Libraries that are compiled with our own code; sourced by setup.
#
#   .cache/imgui       Dear ImGui, pinned: its files must have the sum below
#   .cache/googletest  for the tests under node (natively the system's is linked)
#   .cache/benchmark   for the benchmarks under node, in the version linked natively

imgui_version=1.92.2b
imgui_sum=cf2422163142e3c9643cfc61f50f0187ede859526289d05579429aa4f85ebce5

library_sources() {
    local want=$1
    [ -f "$cache/imgui/imgui.h" ] || imgui_source
    if [ "$want" = tests ]; then
        [ -e "$cache/googletest" ] || googletest_source
        [ -d "$cache/benchmark" ] || benchmark_source
    fi
}

# imgui_files FOLDER: what we compile and include, as one stream.
imgui_files() {
    (cd "$1" && cat imgui.cpp imgui_draw.cpp imgui_tables.cpp imgui_widgets.cpp imgui.h \
        imgui_internal.h imstb_rectpack.h imstb_textedit.h imstb_truetype.h \
        backends/imgui_impl_opengl3.cpp backends/imgui_impl_opengl3.h)
}

# source_package FOLDER SUITE NAME: the source package NAME's upstream part in FOLDER.
source_package() {
    local folder=$1 suite=$2 name=$3 archive
    command -v apt-get >/dev/null || return 1
    rm -rf "$cache/download"
    mkdir -p "$cache/download"
    (cd "$cache/download" && apt_elsewhere deb-src "$suite" -qq source --download-only "$name") || return 1
    rm -rf "$folder.new"
    mkdir -p "$folder.new"
    for archive in "$cache"/download/*.orig.tar.*; do
        case $archive in *.asc) continue ;; esac
        tar -xf "$archive" -C "$folder.new" --strip-components=1 || return 1
    done
    mv "$folder.new" "$folder"
    rm -rf "$cache/download"
}

# upstream FOLDER ADDRESS TAG
upstream() {
    rm -rf "$1.new"
    git clone --quiet --depth 1 --branch "$3" "$2" "$1.new" && mv "$1.new" "$1"
}

imgui_source() {
    say "Dear ImGui $imgui_version"
    rm -rf "$cache/imgui.try"
    { [ "$(. /etc/os-release && echo "$ID")" = debian ] &&
        source_package "$cache/imgui.try" sid imgui && imgui_fits "$cache/imgui.try"; } ||
        { rm -rf "$cache/imgui.try" &&
            upstream "$cache/imgui.try" https://github.com/ocornut/imgui.git "v$imgui_version" &&
            imgui_fits "$cache/imgui.try"; } ||
        fail "Dear ImGui $imgui_version was found neither among Debian's sources nor upstream; put it into web/toolchain/.cache/imgui, or name its folder with -DFETCHCONTENT_SOURCE_DIR_IMGUI"
    mv "$cache/imgui.try" "$cache/imgui"
}

imgui_fits() {
    [ "$(imgui_files "$1" | sha256sum | cut -d' ' -f1)" = "$imgui_sum" ] ||
        { say "the Dear ImGui in $1 isn't the pinned $imgui_version"; return 1; }
}

googletest_source() {
    if [ -d /usr/src/googletest ]; then
        ln -sfn /usr/src/googletest "$cache/googletest"
    else
        upstream "$cache/googletest" https://github.com/google/googletest.git release-1.12.1 ||
            fail 'googletest could not be fetched'
    fi
}

benchmark_source() {
    say 'Google Benchmark'
    { [ "$(. /etc/os-release && echo "$ID")" = debian ] &&
        source_package "$cache/benchmark" "$(. /etc/os-release && echo "$VERSION_CODENAME")" benchmark; } ||
        upstream "$cache/benchmark" https://github.com/google/benchmark.git v1.7.1 ||
        say "Google Benchmark could not be fetched: benchmarks under node are left out"
}
