FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY test/setup/check-node.mjs test/setup/clean-dist.mjs test/setup/
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY adapters adapters
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
# Configuration, keys and data live in one volume; the gateway needs to write to `data` only.
RUN mkdir /gateway && chown node:node /gateway
VOLUME /gateway
USER node
EXPOSE 8443 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/src/cli/postiljon.js"]
CMD ["start", "-c", "/gateway/postiljon.yaml"]
