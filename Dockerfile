# SPDX-License-Identifier: Apache-2.0
# exeat as a sidecar: built on Debian bookworm, run as uid 64123, no shell needed at run time.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS build
RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    gcc libc6-dev cmake ninja-build pkg-config ca-certificates libevent-dev libssl-dev libyaml-dev libpcre2-dev \
    libsqlite3-dev libjansson-dev libc-ares-dev libidn2-dev libpsl-dev libseccomp-dev zlib1g-dev libbrotli-dev libzstd-dev
COPY CMakeLists.txt CMakePresets.json /src/
COPY cmake /src/cmake
COPY config /src/config
COPY include /src/include
COPY src /src/src
RUN cd /src && cmake --preset release && ninja -C build/release exeat && strip build/release/exeat

FROM ${BASE}
RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    ca-certificates nftables libevent-core-2.1-7 libevent-pthreads-2.1-7 libssl3 libyaml-0-2 libpcre2-8-0 libsqlite3-0 \
    libjansson4 libc-ares2 libidn2-0 libpsl5 libseccomp2 zlib1g libbrotli1 libzstd1 \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir -p /etc/exeat /run/exeat /var/lib/exeat && chown 64123:64123 /run/exeat /var/lib/exeat
COPY --from=build /src/build/release/exeat /usr/local/bin/exeat
COPY config/minimal.yaml /etc/exeat/exeat.yaml
USER 64123:64123
EXPOSE 3128 9901
ENTRYPOINT ["/usr/local/bin/exeat"]
CMD ["run", "-c", "/etc/exeat/exeat.yaml"]
