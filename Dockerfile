# The one image of a cluster install: each service is a file in it (`args: [persistence-agent.mjs]`). charts/millrace says how they are run.
# A registry of your own, or its certificates: `docker build --secret id=npmrc,src=$HOME/.npmrc --secret id=ca,src=/etc/ssl/certs/ca-certificates.crt .`
# with `cafile=/run/secrets/ca` in the former. Two builds of one commit make the same layer of /app.
ARG NODE=node:24-bookworm-slim

# Packages are installed anew only when a manifest changes.
FROM ${NODE} AS manifests
WORKDIR /source
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json -delete && find . -type d -empty -delete && find . -exec touch -h -d @0 {} +

FROM ${NODE} AS build
WORKDIR /source
COPY --from=manifests /source .
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca,target=/run/secrets/ca --mount=type=cache,target=/root/.npm \
  npm ci --no-audit --no-fund
COPY . .
ENV NX_DAEMON=false NX_NO_CLOUD=true NEXT_TELEMETRY_DISABLED=1
RUN npx nx run-many -t build -p @millrace/api-server @millrace/persistence-agent @millrace/scheduled-workflow-controller --output-style=stream
# What differs from one build to the next is the time of files: with it, the layer.
RUN mkdir /app && cp -r apps/api-server/dist/pages apps/*-*/dist/*.mjs apps/*-*/dist/*.LEGAL.txt LICENSE NOTICE THIRD_PARTY_NOTICES.md /app/ && find /app -exec touch -h -d @0 {} +

FROM ${NODE}
COPY --from=build /app /app
WORKDIR /app
ENV NODE_ENV=production
USER 65532:65532
ENTRYPOINT ["node"]
CMD ["api-server.mjs"]
