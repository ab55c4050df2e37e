#!/bin/sh
# Lets apt choose versions within bounds: the newest that there is where the one that it would choose is out of them.
# usage: apt-pin.sh BOUNDS PREFERENCES named|provided
#   BOUNDS       lines of a package's name, a relation as in `debian/control`, and a version
#   PREFERENCES  file to which pins are added, see apt_preferences(5)
#   provided     a name that no package has is left to apt; with `named` it is an error
# Prints what is chosen as words of `apt-get install`.
set -euf
test $# -eq 3 || { echo "usage: apt-pin.sh BOUNDS PREFERENCES named|provided" >&2 && exit 64; }
bounds=$1 preferences=$2 names=$3

versions() {
    apt-cache madison "$1" | sed -n 's/^ *[^ ]* | *\([A-Za-z0-9.+~:-]*\) | .* Packages$/\1/p'
    dpkg-query -W -f='${db:Status-Status} ${Version}\n' "$1" 2>/dev/null | sed -n 's/^installed //p'
}

fits() {
    while read -r name relation bound; do
        test "$name" != "$1" || dpkg --compare-versions "$2" "$relation" "$bound" || return 1
    done <"$bounds"
}

# A version may need others in just its own, as that of a library's headers does: apt looks at the newest of these only.
pin() {
    ! grep -qxF "Package: $1" "$preferences" || return 0
    printf 'Package: %s\nPin: version %s\nPin-Priority: 1001\n\n' "$1" "$2" >>"$preferences"
    apt-cache show "$1=$2" | sed -n 's/^\(Pre-\)\{0,1\}Depends: //p' | tr ',' '\n' |
        sed -n 's/^ *\([a-z0-9][a-z0-9+.-]*\) (= \([A-Za-z0-9.+~:-]*\))$/\1 \2/p' |
        while read -r needed exact; do pin "$needed" "$exact"; done
}

cut -d ' ' -f 1 "$bounds" | sort -u | while read -r package; do
    there=$(versions "$package" | sort -u | paste -s -d ' ')
    chosen=$(apt-cache policy "$package" | sed -n 's/^  Candidate: \([A-Za-z0-9.+~:-]*\)$/\1/p')
    if test -z "$chosen" || ! fits "$package" "$chosen"; then
        chosen=''
        for version in $there; do
            if fits "$package" "$version" && dpkg --compare-versions "$version" gt "$chosen"; then chosen=$version; fi
        done
        test -z "$chosen" || pin "$package" "$chosen"
    fi
    if test -n "$chosen"; then
        echo "$package=$chosen"
    elif test -n "$there" || test "$names" = named; then
        wanted=$(sed -n "s/^$package //p" "$bounds" | paste -s -d , | sed 's/,/, /g')
        echo "no version of $package fits $wanted; there are: ${there:-none}" >&2
        exit 1
    fi
done
