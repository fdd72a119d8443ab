# Two targets: `docker build --target gateway .` and `docker build --target core-agent .`
#
# This file is written but has not been built: no container engine runs where this project is developed. What it does is
# what `make prepare`, `make web` and `cargo build` do there; that both programs can start on folders as they are made here has been
# tried out by hand.
#
#   gateway      docker run -p 8443:8443 -v gateway:/var/lib/condrix-gateway -e CONDRIX_GATEWAY_PUBLIC_URL=https://… …
#   core-agent   docker run -it -v state:/var/lib/condrix-core -v home:/home/core … join https://…   (once)
#                docker run     -v state:/var/lib/condrix-core -v home:/home/core …
#
# A folder of the host in a volume's place must be its user's alone, as these are (mode 0700, user 10001 or 10002).

FROM node:22-bookworm-slim AS web
# It is made from the gateway's description too.
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc* ./
RUN npm ci
COPY gateway/openapi.json ../gateway/
COPY web ./
RUN npm run build

FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends cmake && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
COPY --from=web /src/web/dist web/dist
RUN cargo build --release --locked --package condrix-gateway --package condrix-core-agent

FROM node:20-bookworm-slim AS cli
# Where it is in the end: the link that names this platform's binary is absolute.
WORKDIR /opt/condrix/cli
COPY cli/package.json cli/package-lock.json cli/.npmrc cli/claude-path ./
RUN npm ci --omit=dev && ln -s "$(./claude-path)" claude

FROM debian:bookworm-slim AS gateway
# Not --create-home: that would make a folder that others may look into, and the gateway refuses such a one.
RUN useradd --system --user-group --no-create-home --home-dir /var/lib/condrix-gateway --uid 10001 condrix \
 && install -d -m 0700 -o condrix -g condrix /var/lib/condrix-gateway
COPY --from=build /src/target/release/condrix-gateway /usr/local/bin/
USER condrix
VOLUME /var/lib/condrix-gateway
EXPOSE 8443
ENTRYPOINT ["condrix-gateway"]
CMD ["run"]

FROM debian:bookworm-slim AS core-agent
# Its state (identity, journal, workspaces) and its home (the sign-in) are two volumes; the CLI is where the configuration says.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git openssh-client && rm -rf /var/lib/apt/lists/* \
 && useradd --user-group --no-create-home --home-dir /home/core --shell /bin/bash --uid 10002 core \
 && install -d -m 0700 -o core -g core /home/core /var/lib/condrix-core \
 && install -d -m 0755 /etc/condrix \
 && printf '[claude]\ncommand = "/opt/condrix/cli/claude"\n' > /etc/condrix/core-agent.toml
COPY --from=build /src/target/release/core-agent /usr/local/bin/
COPY --from=cli /opt/condrix/cli /opt/condrix/cli
USER core
ENV HOME=/home/core
VOLUME ["/home/core", "/var/lib/condrix-core"]
ENTRYPOINT ["core-agent"]
CMD ["run"]
