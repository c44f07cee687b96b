# An Emscripten of 3.1.69 or newer; sourced by setup.
#
# What is found is written to .cache/emscripten.path: the folder with emcc and
# cmake/Modules/Platform/Emscripten.cmake. emscripten.cmake, the toolchain file,
# reads it from there.

emscripten_least=3.1.69
emsdk_version=4.0.10

emscripten() {
    local found
    if [ -f "$cache/emscripten.path" ] && [ -x "$(cat "$cache/emscripten.path")/emcc" ]; then
        return 0
    fi
    if found=$(emscripten_present); then
        say "Emscripten: the one in $found"
    elif emscripten_packaged; then
        found=$(emscripten_present) || fail 'the emscripten package brought no emcc that fits'
        say "Emscripten: the package in $found"
    elif emscripten_unpackable; then
        emscripten_unpack
        found=$cache/debian/usr/share/emscripten
        say "Emscripten: Debian 13's, unpacked in $cache/debian"
    else
        emscripten_emsdk
        found=$cache/emsdk/upstream/emscripten
        say "Emscripten: emsdk in $cache/emsdk"
    fi
    echo "$found" >"$cache/emscripten.path.new"
    mv "$cache/emscripten.path.new" "$cache/emscripten.path"
}

# emscripten_present: prints the root of an emcc on the path, or of EMSDK's, if
# it is new enough.
emscripten_present() {
    local emcc version root
    for emcc in "${EMSDK:+$EMSDK/upstream/emscripten/emcc}" "$(command -v emcc || true)"; do
        [ -n "$emcc" ] && [ -x "$emcc" ] || continue
        version=$("$emcc" --version 2>/dev/null | sed -n '1s/.* \([0-9][0-9.]*[0-9]\).*/\1/p')
        [ -n "$version" ] || continue
        printf '%s\n%s\n' "$emscripten_least" "$version" | sort -V -C || continue
        root=$(dirname "$(readlink -f "$emcc")")
        [ -f "$root/cmake/Modules/Platform/Emscripten.cmake" ] || root=/usr/share/emscripten
        [ -f "$root/cmake/Modules/Platform/Emscripten.cmake" ] || continue
        echo "$root"
        return 0
    done
    return 1
}

# emscripten_packaged: the distribution's package, where it is new enough.
emscripten_packaged() {
    local candidate
    command -v apt-get >/dev/null || return 1
    apt_update
    candidate=$(apt-cache policy emscripten | sed -n 's/^ *Candidate: //p')
    [ -n "$candidate" ] && [ "$candidate" != '(none)' ] || return 1
    dpkg --compare-versions "$candidate" ge "$emscripten_least" || return 1
    apt_install emscripten
}

# emscripten_unpackable: is this a Debian whose own LLVM 19 can serve?
emscripten_unpackable() {
    [ -r /etc/os-release ] && [ "$(. /etc/os-release && echo "$ID $VERSION_ID")" = 'debian 12' ]
}

# apt_elsewhere KIND SUITE COMMAND...: apt-get with lists of its own, so that the
# system's stay as they are. The mirror is the machine's own, the suite another.
apt_elsewhere() {
    local kind=$1 suite=$2 folder=$cache/apt/$1-$2 mirror keys=/usr/share/keyrings/debian-archive-keyring.gpg
    shift 2
    if [ ! -f "$folder/updated" ]; then
        mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
        mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
            awk -v codename="$(. /etc/os-release && echo "$VERSION_CODENAME")" \
                '$2 == codename { print $1; exit }')
        [ -n "$mirror" ] || fail "no mirror is known to apt for this system's own suite"
        [ -f "$keys" ] && keys="[signed-by=$keys] " || keys=
        echo "$kind $keys$mirror $suite main" >"$folder/sources.list"
    fi
    local options=(-o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State::lists=$folder/lists" -o "Dir::Cache=$folder/cache" -o APT::Sandbox::User=root)
    # A mirror that lags more than a week behind has an expired list of sid. What is taken
    # from there is pinned by its sum (sources.sh), so that its age is no matter; signatures
    # are checked all the same, and the other suites' dates too.
    [ "$suite" != sid ] || options+=(-o Acquire::Check-Valid-Until=false)
    if [ ! -f "$folder/updated" ]; then
        apt-get -qq "${options[@]}" update || return 1
        touch "$folder/updated"
    fi
    apt-get "${options[@]}" "$@"
}

# Debian 13's Emscripten beside Debian 12's LLVM 19. Binaryen's programs are built
# against Debian 13's libc, so they get that one, unpacked, as their interpreter;
# nothing of the system is replaced.
emscripten_unpack() {
    local fresh=$cache/debian.new
    local missing=()
    lacks clang-19 command -v clang-19
    lacks lld-19 command -v wasm-ld-19
    lacks llvm-19 test -x /usr/lib/llvm-19/bin/llvm-ar
    lacks patchelf command -v patchelf
    [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"

    rm -rf "$fresh"
    mkdir -p "$fresh" "$cache/packages"
    say 'downloading Emscripten (250 MB)'
    (cd "$cache/packages" &&
        apt_elsewhere deb trixie -qq download emscripten binaryen libc6 libstdc++6 libgcc-s1) ||
        fail 'the download failed; start again to go on'
    say 'unpacking Emscripten (1.7 GB)'
    local package
    for package in "$cache"/packages/*.deb; do
        dpkg -x "$package" "$fresh"
    done
    # Not needed for building: its tests, and variants of the libraries.
    rm -rf "$fresh/usr/share/emscripten/test"

    local final=$cache/debian libraries loader program
    libraries=$(dirname "$(find "$fresh" -name 'libc.so.6' | head -n 1)")
    libraries=$final${libraries#"$fresh"}
    loader=$(find "$fresh" -name 'ld-linux-*.so.*' \( -type f -o -type l \) -path '*/usr/lib/*-linux-gnu/*' | head -n 1)
    loader=$final${loader#"$fresh"}
    for program in "$fresh"/usr/bin/wasm* "$fresh"/usr/bin/binaryen*; do
        [ -f "$program" ] && patchelf --print-interpreter "$program" >/dev/null 2>&1 || continue
        patchelf --set-interpreter "$loader" \
            --set-rpath "$libraries:$final/usr/lib:$final/usr/lib/binaryen:$libraries/binaryen" "$program"
    done
    cat >"$fresh/usr/share/emscripten/.emscripten" <<CONFIG
LLVM_ROOT = '/usr/lib/llvm-19/bin'
BINARYEN_ROOT = '$final/usr'
NODE_JS = '$(command -v node)'
CACHE = '$final/usr/share/emscripten/cache'
FROZEN_CACHE = False
CONFIG
    # web/package.json says that .js files are modules; Emscripten's are not.
    echo '{ "private": true }' >"$fresh/package.json"
    rm -rf "$final"
    mv "$fresh" "$final"
    rm -rf "$cache/packages"
}

emscripten_emsdk() {
    say "downloading emsdk $emsdk_version"
    if [ ! -d "$cache/emsdk" ]; then
        rm -rf "$cache/emsdk.new"
        git clone --quiet --depth 1 https://github.com/emscripten-core/emsdk.git "$cache/emsdk.new" ||
            fail 'no Emscripten was found, and emsdk could not be fetched: install an emcc of 3.1.69 or newer'
        mv "$cache/emsdk.new" "$cache/emsdk"
    fi
    (cd "$cache/emsdk" && ./emsdk install "$emsdk_version" && ./emsdk activate "$emsdk_version") >&2 ||
        fail 'emsdk failed'
}
