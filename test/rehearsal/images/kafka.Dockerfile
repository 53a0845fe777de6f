# Apache Kafka in Redpanda's place: its service name, its port, its data's path, its user's number.
FROM debian:bookworm-slim
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN mkdir -p /usr/share/man/man1 \
 && apt-get update \
 && apt-get install -y --no-install-recommends openjdk-17-jre-headless kcat \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/*
COPY libs /opt/kafka/libs
COPY start-kafka.sh /usr/local/bin/start-kafka
RUN install -d -o 101 -g 101 /var/lib/redpanda/data && chown 101:101 /opt/kafka \
 && java -Xshare:dump >/dev/null
USER 101:101
# Storage as the first start needs it, and the classes as they are after one: it then takes a third of the time.
RUN export KAFKA_ADVERTISED=localhost:9092 KAFKA_CLASSES=-XX:ArchiveClassesAtExit=/opt/kafka/classes.jsa; \
 cd /opt/kafka; \
 printf '%s\n' process.roles=broker,controller node.id=1 controller.quorum.voters=1@localhost:9093 \
   controller.listener.names=CONTROLLER listeners=PLAINTEXT://:9092,CONTROLLER://localhost:9093 \
   log.dirs=/opt/kafka/storage > format.properties; \
 java -cp 'libs/*' kafka.tools.StorageTool format -t d2lraWZsb3ctdGVzdHM1MQ -c format.properties; \
 start-kafka & \
 until kcat -b localhost:9092 -L >/dev/null 2>&1; do sleep 0.2; done; \
 kill %1; wait %1 || true; \
 ls -l /opt/kafka/classes.jsa; \
 rm -r /var/lib/redpanda/data/*
VOLUME /var/lib/redpanda/data
EXPOSE 9092
HEALTHCHECK --interval=2s --timeout=5s --start-period=60s --retries=5 CMD ["kcat", "-b", "localhost:9092", "-L", "-m", "4", "-t", "none"]
CMD ["start-kafka"]
