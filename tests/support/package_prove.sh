#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# package_prove.sh FILE.deb: installs the package in a Debian 12 with systemd, in a privileged container of podman, uses it
# as docs/operations.md says, upgrades it, removes and purges it. Nothing of the machine's own is touched: network
# namespace, storage and the root file system are of this script's making, under build/prove (or PROVE_FOLDER).
set -euo pipefail
package=$(readlink -f "$1")
cd "$(dirname "$0")/../.."
folder=$(readlink -m "${PROVE_FOLDER:-build/prove}")
network=exeat-prove-$$
mkdir -p "$folder"

# The libraries that the package wants: there is no network inside.
make_root() {
    local wants
    wants=$(dpkg-deb -f "$package" Depends | tr ',' '\n' | sed 's/(.*//; s/ //g' | paste -sd,)
    debootstrap --variant=minbase --include="systemd-sysv,dbus,curl,$wants" bookworm "$folder/root.new" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$folder/debootstrap.log"
    mv "$folder/root.new" "$folder/root"
}

settings() {
    cat >"$folder/storage.conf" <<END
[storage]
driver = "overlay"
graphroot = "$folder/storage"
runroot = "$folder/run"
END
    cat >"$folder/containers.conf" <<END
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
tmp_dir = "$folder/tmp"
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
END
}

engine() { CONTAINERS_STORAGE_CONF=$folder/storage.conf CONTAINERS_CONF=$folder/containers.conf nsenter --net="/run/netns/$network" podman "$@"; }
inside() { engine exec "$container" "$@"; }
step() { printf '\n== %s\n' "$*"; }

finish() {
    [ -z "${container:-}" ] || engine rm -f -t 5 "$container" >/dev/null || true
    ip netns del "$network"
}

[ -d "$folder/root" ] || make_root
settings
ip netns add "$network"
trap finish EXIT
container=$(engine run -d --privileged --systemd=always --network none --rootfs "$folder/root:O" /sbin/init)
until [ "$(inside systemctl is-system-running 2>/dev/null || true)" = running ]; do
    case $(inside systemctl is-system-running 2>/dev/null || true) in degraded) inside systemctl --failed; break ;; esac
done
inside mount --make-rshared / # as it is where systemd is the first of all: by it credentials get to the units
engine cp "$package" "$container:/root/exeat.deb"

step "install and set up"
inside sh -ec 'apt-get install -y --no-install-recommends /root/exeat.deb && exeat setup'
inside sh -ec '[ "$(stat -c "%U:%G %a" /etc/exeat/exeat.yaml)" = "root:exeat 640" ]
    [ "$(stat -c "%U:%G %a" /var/lib/exeat/keys/ca.key)" = "exeat:exeat 600" ]
    [ "$(stat -c "%U %a" /etc/exeat/bundle.pem)" = "root 644" ]'
step "a second time nothing is changed"
inside exeat setup | tee /dev/stderr | grep -q '^nothing was changed$'
step "start"
inside systemctl enable --now exeat
inside curl -sf http://127.0.0.1:9901/readyz
inside sh -c 'pid=$(systemctl show -P MainPID exeat); grep -E "^(Uid|CapEff|Seccomp|NoNewPrivs):" /proc/$pid/status; [ "$(stat -c %U /proc/$pid)" = exeat ]'
inside systemd-analyze security --no-pager --threshold=15 exeat.service | tail -n 1
inside curl -s -o /dev/null -w '%{http_code}\n' -x http://127.0.0.1:3128 http://evil.example/ | grep -qx 403
inside curl -sf -x http://127.0.0.1:3128 --cacert /etc/exeat/bundle.pem https://api.openai.com/v1/chat/completions \
    -d '{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}' | grep -q 'being updated'
inside exeat reload
step "an upgrade restarts it, and keeps what the operator wrote"
inside sh -c 'echo "# ours" >>/etc/exeat/exeat.yaml'
before=$(inside systemctl show -P MainPID exeat)
inside dpkg -i /root/exeat.deb
inside grep -q '^# ours$' /etc/exeat/exeat.yaml
[ "$(inside systemctl show -P MainPID exeat)" != "$before" ]
inside curl -sf http://127.0.0.1:9901/readyz
step "an upgrade that refuses the configuration leaves the former program running"
before=$(inside systemctl show -P MainPID exeat)
inside sh -c 'cp -p /etc/exeat/exeat.yaml /root/good.yaml && echo "nonsense: 1" >>/etc/exeat/exeat.yaml'
inside dpkg -i /root/exeat.deb 2>&1 | grep 'goes on as the former one'
[ "$(inside systemctl show -P MainPID exeat)" = "$before" ]
inside curl -sf http://127.0.0.1:9901/readyz
inside cp -p /root/good.yaml /etc/exeat/exeat.yaml
step "keys that were made elsewhere, by LoadCredential"
inside sh -ec 'mkdir -m 700 /etc/exeat/keys && cp /var/lib/exeat/keys/* /etc/exeat/keys/ && chown -R root:root /etc/exeat/keys && chmod 600 /etc/exeat/keys/*
    sed -i "s,/var/lib/exeat/keys/,/run/credentials/exeat.service/,g" /etc/exeat/exeat.yaml
    mkdir -p /etc/systemd/system/exeat.service.d && cp /usr/share/exeat/credentials.conf /etc/systemd/system/exeat.service.d/
    systemctl daemon-reload && systemctl restart exeat || { journalctl -b -n 30 --no-pager -u exeat; exit 1; }'
inside curl -sf http://127.0.0.1:9901/readyz
inside sh -ec 'rm -r /etc/exeat/keys /etc/systemd/system/exeat.service.d && cp -p /root/good.yaml /etc/exeat/exeat.yaml && systemctl daemon-reload && systemctl restart exeat'
step "remove, and purge"
inside dpkg -r exeat
inside sh -ec '[ "$(systemctl is-active exeat)" = inactive ] && [ ! -e /etc/systemd/system/multi-user.target.wants/exeat.service ] && [ -e /etc/exeat/exeat.yaml ]'
inside dpkg -P exeat
inside sh -ec '! getent passwd exeat && ! getent group exeat && [ ! -e /etc/exeat ] && [ ! -e /var/lib/exeat/keys ] && [ ! -e /run/exeat ]
    [ "$(stat -c "%U %a" /var/lib/exeat)" = "root 700" ] && ls -lR /var/lib/exeat
    left=$(find / -xdev -name "*exeat*" -not -path "/var/lib/exeat*" -not -path "/proc/*" -not -path "/root/*" -not -path "/run/*") && echo "left: ${left:-nothing}" && [ -z "$left" ]'
echo "the package is proven"
