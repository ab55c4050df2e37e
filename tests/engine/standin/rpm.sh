# shellcheck shell=bash
# How the stand-ins' packages are built with rpmbuild.
# usage: . rpm.sh      env: work (a directory of the caller's)

# Builds the package of a spec on standard input, whose first lines are here.
# usage: rpm_of POOL NAME VERSION ARCHITECTURE [OPTION...]      POOL: directory of $work that gets the packages
rpm_of() {
  local pool=$1 name=$2 version=$3 architecture=$4 spec
  shift 4
  # shellcheck disable=SC2154  # the caller's
  spec=$(mktemp -p "$work" --suffix=.spec)
  {
    printf 'Name: %s\nVersion: %s\nRelease: %s\nSummary: says one word\nLicense: CC0-1.0\n' \
      "$name" "${version%-*}" "${version##*-}.lab"
    cat
  } >"$spec"
  [[ $architecture != noarch ]] || set -- "$@" --define '_build_arch noarch'
  rpmbuild --quiet -bb --target "$architecture-linux" "${PLAIN[@]}" "$@" \
    --define "_topdir $work/build/$name-$version-$architecture" --define "_rpmdir $work/$pool" "$spec" \
    >"$spec.log" 2>&1 || { cat "$spec.log" >&2; exit 1; }
}

# The binaries are Debian's and stay as they are, and the packages are as small as can be.
# shellcheck disable=SC2034  # for the scripts that source this one
PLAIN=(
  --define '__os_install_post %{nil}' --define 'debug_package %{nil}' --define '_build_id_links none'
  --define '__check_files %{nil}' --define '_binary_payload w.ufdio' --define 'vendor Stand-in'
  --define '_rpmfilename %%{ARCH}/%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm'
  --define 'clamp_mtime_to_source_date_epoch 0' --define '_buildhost example.org'
)
