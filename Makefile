# 诚信救助: `make run` sets up and starts the demo county, `make test` sets up and checks everything.
PYTHON := .venv/bin/python
PORT ?= 8000
HOUSEHOLDS ?= 2000
SEED ?= 2026
.DEFAULT_GOAL := help
.PHONY: help run setup test lint types bench lock sbom clean

help:   ## 显示可用的命令
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/'

run:    ## 安装、建立示范县、办理到期任务，然后在 127.0.0.1:$(PORT) 提供网页（Ctrl-C 结束）
	@scripts/setup.sh
	@$(PYTHON) -m integrity demo --households $(HOUSEHOLDS) --seed $(SEED)
	@exec $(PYTHON) -m integrity serve --port $(PORT)

setup:  ## 只安装
	@scripts/setup.sh

test:   ## 安装、检查代码、运行全部测试
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory lint types
	@$(PYTHON) -m pytest -n 2 --dist worksteal --durations=20

lint:   ## 检查写法（ruff）
	@$(PYTHON) -m ruff check .

types:  ## 检查类型（mypy --strict）
	@$(PYTHON) -m mypy --no-error-summary

bench:  ## 测量速度，逐个运行 benchmarks/ 下的程序
	@scripts/setup.sh
	@$(PYTHON) -m pip install -qq --require-hashes -r benchmarks/peers/requirements.lock || echo '对照程序没有装上，比较时略去'
	@for one in benchmarks/*.py; do \
		[ "$$one" = benchmarks/pages.py ] && { echo "== $$one：须先用 build 建立一百万户，另行运行"; continue; }; \
		echo "== $$one"; PYTHONPATH=. $(PYTHON) "$$one" || exit 1; done

lock:   ## 重新锁定 Python 软件包的版本和指纹
	@$(PYTHON) -m venv .venv/lock && .venv/lock/bin/pip install -qq pip-tools
	@.venv/lock/bin/pip-compile --quiet --allow-unsafe --extra=dev --generate-hashes --no-emit-find-links \
		--no-emit-index-url --no-emit-trusted-host --strip-extras --output-file=requirements.lock pyproject.toml
	@rm -rf .venv/lock

sbom:   ## 软件成分清单（CycloneDX），写到 build/sbom.cdx.json，不用网络
	@$(PYTHON) scripts/sbom.py build/sbom.cdx.json

clean:  ## 删除安装的软件包、字体和缓存；数据（var/）不动
	@rm -rf .venv .assets .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
