# The one image of a cluster install: each service is a file in it (`args: [persistence-agent.mjs]`). charts/millrace says how they are run.
ARG NODE=node:24-bookworm-slim
FROM ${NODE} AS build
WORKDIR /source
COPY . .
ENV NX_DAEMON=false NX_NO_CLOUD=true NEXT_TELEMETRY_DISABLED=1
RUN npm ci --no-audit --no-fund && npm run build && for service in api-server persistence-agent scheduled-workflow-controller; do npm run build -w apps/$service; done
# What differs from one build to the next is the time of files: with it, the layer.
RUN mkdir /app && cp -r apps/api-server/dist/pages apps/*-*/dist/*.mjs /app/ && find /app -exec touch -h -d @0 {} +

FROM ${NODE}
COPY --from=build /app /app
WORKDIR /app
ENV NODE_ENV=production
USER 65532:65532
ENTRYPOINT ["node"]
CMD ["api-server.mjs"]
