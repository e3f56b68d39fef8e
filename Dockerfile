# Debian 12 with Node.js 24. The set-up installs what is missing, builds, and leaves an image that starts as `npm start` does anywhere.
FROM node:24-bookworm-slim
WORKDIR /opt/signet
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY native-config native-config
COPY softhsm softhsm
COPY src src
RUN npm run setup && rm -rf /var/lib/apt/lists/* /root/.npm && chown -R node:node /opt/signet
USER node
# The practice token, the ledger and the audit live here; mount a volume to keep them.
ENV SIGNET_STATE_DIR=/home/node/.local/state/signet
RUN mkdir -p -m 0700 "$SIGNET_STATE_DIR"
VOLUME /home/node/.local/state/signet
# The daemon listens on loopback only: sign from inside, `docker exec CONTAINER npx signet sign FILE`.
CMD ["node", "native-config/setup/start.mjs"]
