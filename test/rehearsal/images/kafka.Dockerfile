# Apache Kafka in Redpanda's place: its service name, its port, its data's path, its user's number.
FROM debian:bookworm-slim
RUN mkdir -p /usr/share/man/man1 \
 && apt-get update \
 && apt-get install -y --no-install-recommends openjdk-17-jre-headless kcat \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/*
RUN install -d -o 101 -g 101 /var/lib/redpanda/data
COPY libs /opt/kafka/libs
COPY start-kafka.sh /usr/local/bin/start-kafka
USER 101:101
VOLUME /var/lib/redpanda/data
EXPOSE 9092
HEALTHCHECK --interval=2s --timeout=5s --start-period=60s --retries=5 CMD ["kcat", "-b", "localhost:9092", "-L", "-m", "4", "-t", "none"]
CMD ["start-kafka"]
