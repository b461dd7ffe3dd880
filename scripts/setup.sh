#!/bin/sh
# 安装 (set-up): system packages, .venv, locked Python packages, this project, typefaces. Safe to run again at any time.
#   scripts/setup.sh         what `make run` needs
#   scripts/setup.sh test    also what `make test` needs
# Another apt archive or Python index is chosen in the usual places (sources.list, PIP_INDEX_URL, pip.conf).
set -eu
cd "$(dirname "$0")/.."

fail() { printf '安装未完成：%s\n' "$1" >&2; exit 1; }
say() { printf '%s\n' "$1"; }

# The first of these that is at least 3.11 and can make a virtual environment. The lock was made with 3.11.
find_python() {
    for name in python3.11 python3.12 python3.13 python3; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
}

installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'; }

# Debian and Ubuntu: install only what is missing; elsewhere, or without rights, name it in one line.
system_packages() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        say "提示：请用本系统的软件管理程序安装下列库（Debian 名称）：$*"
        return
    fi
    missing=
    for package in "$@"; do
        installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -eq 0 ]; then
        root=
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        root=sudo
    else
        fail "缺少系统软件包，请由管理员运行：apt-get install -y$missing"
    fi
    say "安装系统软件包：$missing"
    log=$(mktemp)
    $root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >"$log" 2>&1 ||
        { $root apt-get -qq update >"$log" 2>&1 &&
            $root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing \
                >>"$log" 2>&1; } ||
        { tail -n 5 "$log" >&2; fail "apt-get 没有成功，请检查网络和软件源后再运行一次（日志：$log）"; }
    rm -f "$log"
}

wanted="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig"
[ "${1:-}" = test ] && wanted="$wanted chromium poppler-utils qpdf libzbar0"
python=$(find_python)
[ -n "$python" ] || wanted="$wanted python3"
if [ ! -x .venv/bin/python ] && ! { [ -n "$python" ] && "$python" -c 'import ensurepip, venv' 2>/dev/null; }; then
    wanted="$wanted python3-venv"
fi
# shellcheck disable=SC2086
system_packages $wanted
[ -n "$python" ] || python=$(find_python)
[ -n "$python" ] || fail "需要 Python 3.11 或更新的版本，请先安装"

if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    say "建立 .venv（$("$python" -V)）"
    "$python" -m venv --clear .venv || fail "不能建立 .venv，请检查 python3-venv 是否已安装、磁盘是否已满"
fi

# The stamp holds the hash of all that decides what is in .venv; it is written last.
stamp=.venv/installed.sha256
now=$(cat requirements.lock pyproject.toml | sha256sum; pwd)
if [ "$(cat "$stamp" 2>/dev/null)" != "$now" ]; then
    say "安装 Python 软件包（第一次约需一两分钟）"
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
    .venv/bin/python -m pip install -qq --require-hashes -r requirements.lock ||
        fail "Python 软件包没有装好，请检查网络后再运行一次；内网请设置 PIP_INDEX_URL"
    .venv/bin/python -m pip install -qq --no-build-isolation --no-deps -e . || fail "本程序没有装好，请查看上面的提示"
    printf '%s\n' "$now" >"$stamp"
fi

# Each process of the program begins sooner, also where Python is told to write no bytecode by itself.
.venv/bin/python -m compileall -q integrity reports scheduler || fail "本程序有文件读不出来，请重新取一份"

.venv/bin/python -m reports.setup || fail "字体没有装好，请按上面的提示处理后再运行一次"
if [ "${1:-}" = test ]; then
    .venv/bin/python -m integrity.web.fetch --tests || fail "网页部件没有装好，请按上面的提示处理后再运行一次"
else
    .venv/bin/python -m integrity.web.fetch || say "提示：网页可以使用，但样式从简；请按上面的提示处理后再运行一次"
fi
