#!/usr/bin/env python3
# Makes what registries of languages serve: modules of Go (<https://go.dev/ref/mod#goproxy-protocol>) with a module that
# needs them, crates of Rust (<https://doc.rust-lang.org/cargo/reference/registry-index.html>) and packages of Python
# (<https://packaging.python.org/en/latest/specifications/simple-repository-api/>).
# usage: registries.py FILES MAIN      FILES gets the folders goproxy, crates and simple, MAIN the module
import base64
import hashlib
import io
import json
import pathlib
import shutil
import sys
import tarfile
import zipfile


def h1(files):
    """The hash of go.sum (golang.org/x/mod/sumdb/dirhash, Hash1)."""
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return "h1:" + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()


def tar_gz(top, files):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as out:
        for name, text in files.items():
            info = tarfile.TarInfo(f"{top}/{name}")
            info.size = len(text.encode())
            out.addfile(info, io.BytesIO(text.encode()))
    return archive.getvalue()


def serve(module, version, mod, contents):
    """What a proxy has of a module."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        for name, data in contents.items():
            out.writestr(zipfile.ZipInfo(name), data)
    folder = proxy / module / "@v"
    folder.mkdir(parents=True)
    (folder / "list").write_text(version + "\n")
    (folder / f"{version}.info").write_text(f'{{"Version":"{version}","Time":"2026-01-01T00:00:00Z"}}')
    (folder / f"{version}.mod").write_bytes(mod)
    (folder / f"{version}.zip").write_bytes(archive.getvalue())


files, main = map(pathlib.Path, sys.argv[1:])
proxy = files / "goproxy"
sums = ""
for module, version, word in [("example.org/hello", "v1.0.0", "hello"), ("example.org/other", "v1.1.0", "other")]:
    mod = f"module {module}\n\ngo 1.20\n".encode()
    code = f'package hello\n\nfunc Word() string {{ return "{word}" }}\n'.encode()
    contents = {f"{module}@{version}/go.mod": mod, f"{module}@{version}/hello.go": code}
    serve(module, version, mod, contents)
    if word == "hello":
        sums = f"{module} {version} {h1(contents)}\n{module} {version}/go.mod {h1({'go.mod': mod})}\n"
# Releases of others, as their authors packed them.
for release in pathlib.Path("/modules").iterdir():
    name, version = release.name.removesuffix(".tar.gz").replace("+", "/").split("@")
    contents = {}
    with tarfile.open(release) as members:
        for member in filter(tarfile.TarInfo.isfile, members):
            below = member.name.partition("/")[2]
            contents[f"{name}@{version}/{below}"] = members.extractfile(member).read()
    serve(name, version, contents[f"{name}@{version}/go.mod"], contents)
(main / "go.mod").write_text("module example.org/main\n\ngo 1.20\n\nrequire example.org/hello v1.0.0\n")
(main / "go.sum").write_text(sums)
(main / "main.go").write_text(
    'package main\n\nimport "example.org/hello"\n\nfunc main() { println(hello.Word()) }\n'
)

crate = tar_gz(
    "greeter-1.0.0",
    {"Cargo.toml": '[package]\nname = "greeter"\nversion = "1.0.0"\nedition = "2021"\n', "src/lib.rs": ""},
)
index = files / "crates" / "gr" / "ee"
index.mkdir(parents=True)
entry = {"name": "greeter", "vers": "1.0.0", "deps": [], "cksum": hashlib.sha256(crate).hexdigest(), "features": {}}
(index / "greeter").write_text(json.dumps(entry | {"yanked": False}) + "\n")
(files / "crates" / "greeter-1.0.0.crate").write_bytes(crate)

# Its backend is its own, so that nothing else must be fetched to tell what it is.
backend = '''
import pathlib

def prepare_metadata_for_build_wheel(folder, settings=None):
    made = pathlib.Path(folder, "greeter-1.0.0.dist-info")
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\\nName: greeter\\nVersion: 1.0.0\\n")
    return made.name

def build_wheel(folder, settings=None, metadata=None):
    raise NotImplementedError
'''
project = '[project]\nname = "greeter"\nversion = "1.0.0"\n[build-system]\nrequires = []\n'
source = tar_gz(
    "greeter-1.0.0",
    {
        "pyproject.toml": project + 'build-backend = "backend"\nbackend-path = ["."]\n',
        "backend.py": backend,
        "PKG-INFO": "Metadata-Version: 2.1\nName: greeter\nVersion: 1.0.0\n",
    },
)
simple = files / "simple"
for name in ["greeter", "packaging", "setuptools", "wheel"]:
    folder = simple / name
    folder.mkdir(parents=True)
    for wheel in pathlib.Path("/usr/share/python-wheels").glob(f"{name}-*.whl"):
        shutil.copy(wheel, folder)
    if name == "greeter":
        (folder / "greeter-1.0.0.tar.gz").write_bytes(source)
    links = "".join(f'<a href="{file.name}">{file.name}</a>' for file in sorted(folder.iterdir()))
    (folder / "index.html").write_text(f"<!DOCTYPE html><html><body>{links}</body></html>")
