# Two targets: `docker build --target gateway .` and `docker build --target core-agent .`
#
# This file is written but has not been built: no container engine runs where this project is developed. What it does is
# what `make prepare` and `cargo build` do there.

FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends cmake && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked --package condrix-gateway --package condrix-core-agent

FROM node:20-bookworm-slim AS cli
WORKDIR /cli
COPY cli/package.json cli/package-lock.json cli/.npmrc ./
RUN npm ci --omit=dev

FROM debian:bookworm-slim AS gateway
RUN useradd --system --create-home --home-dir /var/lib/condrix-gateway --uid 10001 condrix
COPY --from=build /src/target/release/condrix-gateway /usr/local/bin/
USER condrix
VOLUME /var/lib/condrix-gateway
EXPOSE 8443
ENTRYPOINT ["condrix-gateway"]
CMD ["run"]

FROM debian:bookworm-slim AS core-agent
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --home-dir /home/core --uid 10002 core
COPY --from=build /src/target/release/core-agent /usr/local/bin/
COPY --from=cli /cli /opt/condrix/cli
USER core
VOLUME /home/core
ENTRYPOINT ["core-agent"]
CMD ["run"]
