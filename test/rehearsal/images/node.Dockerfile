# What Docker's official image of this name holds, as far as a release builds on it.
FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libatomic1 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/*
RUN groupadd --gid 1000 node \
 && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
COPY node docker-entrypoint.sh /usr/local/bin/
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
# This machine's way to the registry: the official image needs none of it.
COPY authorities.pem /usr/local/share/rehearsal/
COPY npmrc /usr/local/etc/
ENV NODE_EXTRA_CA_CERTS=/usr/local/share/rehearsal/authorities.pem
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["node"]
