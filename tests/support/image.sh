#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the image with buildah, without a daemon, and proves it: the binary inside says its version as the image's user.
# The base is BASE if given and reachable, else a Debian bookworm made here with debootstrap.
set -euo pipefail
cd "$(dirname "$0")/../.."
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
image=localhost/exeat:latest
base=${BASE:-}

if [ -z "$base" ]; then
    base=localhost/debian:bookworm-slim
    if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
        folder=$(mktemp -d)
        debootstrap --variant=minbase bookworm "$folder" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >build/debootstrap.log
        [ ! -d /etc/apt/apt.conf.d ] || cp -n /etc/apt/apt.conf.d/* "$folder/etc/apt/apt.conf.d/"
        container=$(buildah from scratch)
        buildah add -q "$container" "$folder" /
        buildah commit -q "$container" "$base"
        buildah rm "$container" >/dev/null
        rm -rf "$folder"
    fi
fi

buildah build -q --build-arg BASE="$base" -t "$image" . >/dev/null
container=$(buildah from --pull-never "$image")
trap 'buildah rm "$container" >/dev/null' EXIT
version=$(buildah run "$container" -- /usr/local/bin/exeat version)
user=$(buildah inspect --format '{{.OCIv1.Config.User}}' --type image "$image")
echo "image $image: $version, runs as $user"
[ "$user" = 64123:64123 ]
buildah run "$container" -- /usr/local/bin/exeat check -c /etc/exeat/exeat.yaml
