# Two images: `app` is the control plane, `runner` a GitHub Actions runner that can make boxes. Neither holds a secret.
FROM node:24.11.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24.11.0-bookworm-slim AS app
# git and bubblewrap: what agents hand in is inspected in a box.
RUN apt-get update \
  && apt-get install -y --no-install-recommends bubblewrap ca-certificates git \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json package-lock.json require-node.mjs tsconfig.json LICENSE ./
COPY src src
COPY adapters adapters
COPY checks checks
RUN install -d -o node -g node /data
USER node
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--import", "./require-node.mjs", "src/main.ts"]

FROM ghcr.io/actions/actions-runner:2.334.0 AS runner
USER root
RUN apt-get update \
  && apt-get install -y --no-install-recommends bubblewrap git nodejs npm procps \
  && rm -rf /var/lib/apt/lists/*
COPY ops/runner/start.sh /usr/local/bin/start-runner
USER runner
HEALTHCHECK --interval=30s --timeout=3s --start-period=60s --retries=3 \
  CMD ["pgrep", "-f", "Runner.Listener"]
ENTRYPOINT ["/usr/local/bin/start-runner"]
