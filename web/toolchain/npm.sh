# Node packages as web/package-lock.json has them; sourced by setup.

npm_packages() {
    local web lock
    web=$(dirname "$toolchain")
    lock=$(sha256sum <"$web/package-lock.json" | cut -d' ' -f1)
    [ "$(cat "$web/node_modules/.pageframe-lock" 2>/dev/null)" = "$lock" ] &&
        [ -e "$web/../tests/node_modules" ] && return 0
    say 'installing node packages'
    (cd "$web" && npm ci --no-audit --no-fund --loglevel=error 9>&-) ||
        fail 'npm ci failed'
    # The page's tests resolve their imports from tests/.
    ln -sfn ../web/node_modules "$web/../tests/node_modules"
    echo "$lock" >"$web/node_modules/.pageframe-lock"
}
