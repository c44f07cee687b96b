# Programs and libraries from the system's packages; sourced by setup.

# as_root COMMAND...: as root, or by sudo, or not at all.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "this needs root: $*"
    fi
}

# lacks PACKAGE TEST...: adds PACKAGE to the list of the missing unless TEST holds.
lacks() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

# apt_update: once in a run, and only when something is to be installed.
apt_updated=no
apt_update() {
    if [ $apt_updated = no ]; then
        say 'reading the list of packages'
        as_root apt-get update -qq
        apt_updated=yes
    fi
}

apt_install() {
    apt_update
    say "installing $*"
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >"$cache/apt.log" 2>&1 9>&- ||
        { tail -n 20 "$cache/apt.log" >&2; fail "apt-get install failed (all of it: $cache/apt.log)"; }
}

system_packages() {
    local want=$1
    local missing=()
    lacks cmake command -v cmake
    lacks ninja-build command -v ninja
    lacks g++ command -v g++
    lacks git command -v git
    lacks ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
    if [ "$want" != native ]; then
        lacks python3 command -v python3
        lacks nodejs command -v node
        lacks npm command -v npm
        lacks xz-utils command -v xz
        lacks fonts-inter test -e /usr/share/fonts/opentype/inter/Inter-Regular.otf
        lacks fonts-jetbrains-mono test -e /usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-Regular.ttf
        lacks python3-fonttools "$(system_python)" -c 'import fontTools'
    fi
    if [ "$want" != web ]; then
        lacks libgtest-dev test -e /usr/include/gtest/gtest.h
        lacks libbenchmark-dev test -e /usr/include/benchmark/benchmark.h
    fi
    if [ "$want" = tests ]; then
        lacks googletest test -e /usr/src/googletest/googletest/src/gtest-all.cc
        lacks chromium sh -c 'command -v chromium || command -v chromium-browser || command -v google-chrome'
        lacks clang-format-19 command -v clang-format-19
        lacks clang-19 command -v clang-19
        lacks libclang-rt-19-dev sh -c 'ls /usr/lib/llvm-19/lib/clang/19/lib/*/libclang_rt.fuzzer*'
    fi
    [ ${#missing[@]} = 0 ] && return 0
    command -v apt-get >/dev/null ||
        fail "missing, and there is no apt-get to install them with: ${missing[*]}"
    apt_install "${missing[@]}"
}

# system_python: the python3 that the system's packages (fonttools) are for.
system_python() {
    if [ -x /usr/bin/python3 ]; then echo /usr/bin/python3; else echo python3; fi
}
