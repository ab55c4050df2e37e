#!/usr/bin/env python3
# Makes modules of Go as a proxy serves them (<https://go.dev/ref/mod#goproxy-protocol>), and a module that needs them.
# usage: modules.py PROXY MAIN
import base64
import hashlib
import io
import pathlib
import sys
import zipfile


def h1(files):
    """The hash of go.sum (golang.org/x/mod/sumdb/dirhash, Hash1)."""
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return "h1:" + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()


proxy, main = map(pathlib.Path, sys.argv[1:])
sums = ""
for module, version, word in [("example.org/hello", "v1.0.0", "hello"), ("example.org/other", "v1.1.0", "other")]:
    mod = f"module {module}\n\ngo 1.20\n".encode()
    code = f'package hello\n\nfunc Word() string {{ return "{word}" }}\n'.encode()
    files = {f"{module}@{version}/go.mod": mod, f"{module}@{version}/hello.go": code}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        for name, data in files.items():
            out.writestr(zipfile.ZipInfo(name), data)
    folder = proxy / module / "@v"
    folder.mkdir(parents=True)
    (folder / "list").write_text(version + "\n")
    (folder / f"{version}.info").write_text(f'{{"Version":"{version}","Time":"2026-01-01T00:00:00Z"}}')
    (folder / f"{version}.mod").write_bytes(mod)
    (folder / f"{version}.zip").write_bytes(archive.getvalue())
    if word == "hello":
        sums = f"{module} {version} {h1(files)}\n{module} {version}/go.mod {h1({'go.mod': mod})}\n"
(main / "go.mod").write_text("module example.org/main\n\ngo 1.20\n\nrequire example.org/hello v1.0.0\n")
(main / "go.sum").write_text(sums)
(main / "main.go").write_text(
    'package main\n\nimport "example.org/hello"\n\nfunc main() { println(hello.Word()) }\n'
)
