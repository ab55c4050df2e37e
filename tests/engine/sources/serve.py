#!/usr/bin/env python3
# Serves /srv/files over HTTP, and /srv/git by git's own program: repositories named private want a login.
# usage: serve.py ADDRESS      prints `PORT <number>` once it listens, then a line for each request
import base64
import http.server
import json
import os
import subprocess
import sys

LOGIN = base64.b64encode(b"x-access-token:hunter2-token").decode()


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self):
        if not self.path.startswith("/git/"):
            return super().do_GET()
        return self.git()

    def do_POST(self):
        return self.git()

    def git(self):
        path, _, query = self.path.removeprefix("/git").partition("?")
        scheme, _, login = self.headers.get("Authorization", "").partition(" ")
        if path.startswith("/private.git/") and (scheme.lower(), login) != ("basic", LOGIN):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="lab"')
            self.end_headers()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environment = dict(
            os.environ,
            GIT_PROJECT_ROOT="/srv/git",
            GIT_HTTP_EXPORT_ALL="1",
            PATH_INFO=path,
            QUERY_STRING=query,
            REQUEST_METHOD=self.command,
            CONTENT_TYPE=self.headers.get("Content-Type", ""),
            CONTENT_LENGTH=str(len(body)),
            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""),
            GIT_PROTOCOL=self.headers.get("Git-Protocol", ""),
        )
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = next((value for name, value in lines if name == "Status"), "200 OK")
        self.send_response(int(status.split()[0]))
        for name, value in lines:
            if name != "Status":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, _, *words):
        print(*words, flush=True)


os.chdir("/srv/files")
server = http.server.ThreadingHTTPServer((sys.argv[1], 0), Handler)
# Where crates are is said with a whole address, which nobody knew before.
with open("crates/config.json", "w") as file:
    address = f"http://{sys.argv[1]}:{server.server_address[1]}"
    json.dump({"dl": address + "/crates/{crate}-{version}.crate"}, file)
print("PORT", server.server_address[1], flush=True)
server.serve_forever()
