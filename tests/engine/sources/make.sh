#!/bin/sh
# Makes what the server of sources serves: repositories of git in /srv/git, files and what registries serve in /srv/files.
# usage: make.sh WORD     a word that no other server was given: its commits are then in no engine's cache
set -eu
word=$1

export GIT_AUTHOR_NAME=lab GIT_AUTHOR_EMAIL=lab@example.org GIT_AUTHOR_DATE='2026-01-01T00:00:00Z'
export GIT_COMMITTER_NAME=lab GIT_COMMITTER_EMAIL=lab@example.org GIT_COMMITTER_DATE='2026-01-01T00:00:00Z'

# usage: repository NAME      of the files in /tmp/NAME, with the branch main and the tag v1
repository() {
    git -C "/tmp/$1" init --quiet --initial-branch=main
    git -C "/tmp/$1" add .
    git -C "/tmp/$1" commit --quiet --message="first of $word"
    git -C "/tmp/$1" tag --annotate --message=one v1
    git clone --quiet --bare "/tmp/$1" "/srv/git/$1.git"
    git -C "/srv/git/$1.git" config uploadpack.allowAnySHA1InWant true
}

mkdir -p /srv/git /srv/files /tmp/tool/src/deep /tmp/private /tmp/gomain
echo 'int main(void) { return 0; }' >/tmp/tool/src/main.c
echo 'text' >/tmp/tool/src/deep/note.txt
echo 'object' >/tmp/tool/src/deep/old.o
echo 'read me' >/tmp/tool/README
repository tool
# A second commit, which the branch has and the tag has not.
echo 'changed' >/tmp/tool/README
git -C /tmp/tool commit --quiet --all --message="second of $word"
git -C /tmp/tool push --quiet /srv/git/tool.git main
echo 'private' >/tmp/private/file
repository private
echo 'a file' >/srv/files/file.txt
python3 /registries.py /srv/files /tmp/gomain
repository gomain
